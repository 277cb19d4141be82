package generate

var (
	koreanSurnames  = []string{"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "남궁", "선우"}
	koreanNames     = []string{"민준", "서연", "도윤", "지우", "하은", "예준", "수빈", "현우", "지민", "유나", "태양(太陽)", "가온", "소희", "준", "별", "은혜(恩惠)"}
	englishNames    = []string{"Emma", "Liam", "Olivia", "Noah", "Ava", "Mason", "Zoë", "Jack", "Siân", "Renée"}
	englishSurnames = []string{"Brown", "Smith", "O'Neill", "Taylor", "Müller", "García", "Smith-Jones", "King, Jr."}
)

var topics = []string{
	"제주도 여행", "김치찌개", "고양이", "기타 연습", "面接 한자(漢字) 공부", "서울 야경 🌃", "캠핑 🏕️", "축구 하이라이트",
	"sourdough", "street food", "chess openings", "home workout 💪", "lo-fi beats", "travel, Jeju", "coding", "café hopping",
}

// titles take a topic and the video's number.
var titles = []string{
	"%s 브이로그 #%d",
	"[풀버전] %s, 처음부터 끝까지 (%d)",
	"\"%s\" 이것만 알면 됩니다 %d편",
	"%s 몰아보기 😂 EP.%d",
	"大韓民國 %s 特輯 %d",
	"%s in 10 minutes, no. %d",
	"I tried \"%s\" for 30 days 🔥 (part %d)",
	"%s: what nobody tells you #%d",
}
