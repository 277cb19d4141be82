package v1

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"creatorpay/api/access"
)

const openAPIPath = "/openapi.json"

// newAPI makes the API without paths. What huma would serve by itself is switched off: its documents, its schemas, and
// links to them in every answer (docs/adr/0017-json-over-http.md).
func newAPI(mux humago.Mux) huma.API {
	config := huma.DefaultConfig("creatorpay", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Transformers = []huma.Transformer{toProblem}
	config.RejectUnknownQueryParameters = true
	config.AllowAdditionalPropertiesByDefault = true // a later field breaks no client
	config.Info.Description = "What video creators earned and why, in closed periods, which never change. See docs/api.md."
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A token of the OIDC issuer: creator_id is the creator, the scope operator reads all."},
		"cookie": {Type: "apiKey", In: "cookie", Name: access.CookieName, Description: "What the link of a mail gives to a browser."},
	}
	config.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	return humago.New(mux, config)
}

// responses are what the path can answer.
func (s *service) responses(o operation, contentType string, schema *huma.Schema) map[string]*huma.Response {
	text := &huma.Schema{Type: huma.TypeString}
	answer := &huma.Response{
		Description: "The answer.",
		Headers:     map[string]*huma.Header{},
		Content:     map[string]*huma.MediaType{contentType: {Schema: schema}},
	}
	responses := map[string]*huma.Response{"200": answer}
	kinds := []problemType{badRequest, unauthorized, notFound, unwantedBody, tooLong, invalidParameter, rateLimited, internal, unavailable}
	if !o.grows {
		answer.Headers["ETag"] = &huma.Header{Schema: text, Description: "Names the answer: send it as If-None-Match the next time."}
		responses["304"] = &huma.Response{Description: "The client has the answer."}
		kinds = append(kinds, notClosed)
	}
	problem := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	for _, kind := range kinds {
		response := &huma.Response{
			Description: kind.title + ": " + kind.uri(),
			Content:     map[string]*huma.MediaType{contentTypeProblem: {Schema: problem}},
		}
		switch kind.status {
		case http.StatusUnauthorized:
			response.Headers = map[string]*huma.Header{"WWW-Authenticate": {Schema: text}}
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			response.Headers = map[string]*huma.Header{"Retry-After": {Schema: text, Description: "Seconds."}}
		}
		responses[strconv.Itoa(kind.status)] = response
	}
	return responses
}

// document is the OpenAPI document of the paths that were added.
func (s *service) document() []byte {
	schemas := s.api.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own problems, which nobody sees: toProblem
	delete(schemas, "ErrorDetail")
	for _, schema := range schemas {
		describe(schema)
	}
	orNull(schemas["Statement"].Properties["documents"])
	document, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic(err) // it is made of the program's own types
	}
	return document
}

// orNull lets a field be null whose type is another schema, which huma cannot say.
func orNull(field *huma.Schema) {
	field.AnyOf = []*huma.Schema{{Ref: field.Ref}, {Type: "null"}}
	field.Ref = ""
}

// serveOpenAPI serves the OpenAPI document of the paths that were added.
func (s *service) serveOpenAPI() {
	body := s.document()
	document := &representation{contentType: "application/openapi+json", tag: newTag(body), plain: body}
	if err := document.compress(); err != nil {
		panic(err) // it is compressed in memory
	}
	s.mux.HandleFunc("GET "+openAPIPath, document.serve)
	s.mux.Handle(openAPIPath, onlyReads)
}

func init() { huma.DefaultArrayNullable = false } // every list that is answered is there, even if it is empty
