package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// One client for all plug-ins of a host, here asked directly.
func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.Header.Get("Authorization"))
	}))
	defer server.Close()

	client, err := web.New(pack.Network{
		Policy:      pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}},
		Credentials: map[string]pack.Credential{server.URL: pack.BearerCredential("t0ken")},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	req, err := http.NewRequest(http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)

	_, err = client.ParseURL("https://10.0.0.1/latest/meta-data")
	fmt.Println(pack.CodeOf(err))
	// Output:
	// 200
	// policy_denied
}
