package daily

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"creatorpay/internal/devstack/devtest"
	"creatorpay/internal/e2e/oracle"
	"creatorpay/internal/e2e/rig"
)

// sakilaVariable names a folder with the Sakila sample database (DVD rentals of
// 2005) as creators.csv, videos.csv, views.csv and payments.csv in the import's
// format.
const sakilaVariable = "CREATORPAY_SAKILA"

func TestSakilaIsWorthWhatTheRulesSay(t *testing.T) {
	t.Parallel()
	folder, p := readSakila(t)
	s := rig.NewEmpty(t, p)
	s.StartWorker()
	importSakila(s, folder)

	requireSakila(s, p)
}

func TestSakilaThatIsScannedOnReplicasIsWorthTheSame(t *testing.T) {
	t.Parallel()
	folder, p := readSakila(t)
	cluster := devtest.NewCluster(t, 2)
	s, replicas, _ := onReplicas(t, cluster)
	s.Migrate(p)
	importSakila(s, folder)
	require.NoError(t, cluster.CatchUp(t.Context()))
	metrics := startOnReplicas(s, replicas)

	requireSakila(s, p)

	requireServed(t, metrics)
}

// readSakila skips the test where nobody says where the data are.
func readSakila(t *testing.T) (folder string, p *oracle.Platform) {
	t.Helper()
	folder = os.Getenv(sakilaVariable)
	if folder == "" {
		t.Skipf("%s names no folder with the Sakila sample data", sakilaVariable)
	}
	return folder, readPlatform(t, folder)
}

func importSakila(s *rig.System, folder string) {
	s.T.Helper()
	files := []string{"import"}
	for _, name := range []string{"creators", "videos", "views"} {
		files = append(files, "--"+name, filepath.Join(folder, name+".csv"))
	}
	rejects := filepath.Join(s.T.TempDir(), "rejects.csv")
	s.Starter(append(files, "--rejects", rejects)...).RequireSuccess()
	require.NoFileExists(s.T, rejects)
	s.Starter("import", "--payments", filepath.Join(folder, "payments.csv"), "--rejects", rejects).RequireFailure("24 lines rejected") // free rentals
	s.SplitRegions()
}

// requireSakila settles all days, the weeks and a month.
func requireSakila(s *rig.System, p *oracle.Platform) {
	t := s.T
	t.Helper()
	days, exports := p.Settle("2005-05-25", "2005-07-03"), rig.Exports{}
	for _, want := range days {
		s.RunDay(want.Start).RequireSuccess()
		maps.Copy(exports, s.RequireSettled(want))
		s.Starter("verify", "--date", want.Start).RequireSuccess()
	}
	for week, monday := 22, 5; week <= 26; week, monday = week+1, monday+7 {
		s.Starter("run", "weekly", "--no-mail", "--week", fmt.Sprintf("2005-W%d", week)).RequireSuccess()
		want := oracle.RollUp("weekly", days[monday].Start, days[monday:monday+7]...)
		maps.Copy(exports, s.RequireSettled(want))
		maps.Copy(exports, s.RequirePayouts(want))
	}
	s.Starter("run", "monthly", "--month", "2005-06").RequireSuccess()
	june := oracle.RollUp("monthly", "2005-06-01", days[7:37]...)
	maps.Copy(exports, s.RequireSettled(june))
	s.RequireStatements(june)
	sales := june.Total(func(oracle.Line) bool { return true }).Sales
	var paid, gross int64
	for _, row := range p.Payments {
		if day := p.PaidOn(row); day >= "2005-06-01" && day <= "2005-06-30" {
			paid, gross = paid+1, gross+row.Amount
		}
	}
	require.Equal(t, oracle.Sales{Payments: paid, Gross: gross, Fee: gross - sales.Net, Net: sales.Net}, sales)
	t.Logf("June 2005: %d payments of %d won, %d of them fees", paid, gross, sales.Fee)
	requireGolden(t, "sakila", exports)
}

// readPlatform reads import files.
func readPlatform(t *testing.T, folder string) *oracle.Platform {
	t.Helper()
	p := oracle.NewPlatform("Asia/Seoul")
	for _, row := range readCSV(t, folder, "creators.csv") {
		p.Creators = append(p.Creators, oracle.Creator{ID: parse(t, row[0]), Name: row[1], Email: row[2], Locale: row[3]})
	}
	for _, row := range readCSV(t, folder, "videos.csv") {
		p.AddVideo(oracle.Video{
			ID: parse(t, row[0]), Creator: parse(t, row[1]), Title: row[2],
			OpeningViews: parse(t, row[4]), OpeningAdViews: parse(t, row[5]),
		})
	}
	for _, row := range readCSV(t, folder, "views.csv") {
		at, err := time.Parse(time.RFC3339, row[3])
		require.NoError(t, err)
		p.Views = append(p.Views, oracle.View{
			ID: parse(t, row[0]), Video: parse(t, row[1]), Viewer: parse(t, row[2]), At: at,
			Seconds: uint32(parse(t, row[4])), Ads: uint32(parse(t, row[5])),
		})
	}
	for _, row := range readCSV(t, folder, "payments.csv") {
		if row[4] != "0" {
			p.Pay(parse(t, row[0]), parse(t, row[1]), row[3], parse(t, row[4]), row[5])
		}
	}
	return p
}

func readCSV(t *testing.T, folder, name string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, name))
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	return rows[1:]
}

func parse(t *testing.T, text string) int64 {
	t.Helper()
	number, err := strconv.ParseInt(text, 10, 64)
	require.NoError(t, err)
	return number
}
