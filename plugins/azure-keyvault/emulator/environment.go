package emulator

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

// Place is where programs are made to believe that they run, which decides how they may
// sign in.
type Place string

// The places.
const (
	AppService     Place = "app-service"     // a managed identity behind an endpoint of the app
	VirtualMachine Place = "virtual-machine" // a managed identity at Options.Metadata
	Kubernetes     Place = "aks"             // a workload identity
	GitHub         Place = "github"          // a job of GitHub Actions
	Pipelines      Place = "pipelines"       // a job of Azure Pipelines
	AzureArc       Place = "azure-arc"       // a machine elsewhere with the agent of Azure Arc
	ServiceFabric  Place = "service-fabric"  // an application of a cluster
	AzureML        Place = "azure-ml"        // compute of Azure Machine Learning
	CloudShell     Place = "cloud-shell"     // the shell in the portal
	Workstation    Place = "workstation"     // az, azd and pwsh, with somebody signed in: see Tools
)

// Places are all places.
var Places = []Place{AppService, VirtualMachine, Kubernetes, GitHub, Pipelines, AzureArc, ServiceFabric, AzureML, CloudShell, Workstation}

// KubernetesClient is the application of the workload identity.
const KubernetesClient = "aaaaaaaa-0000-4000-8000-000000000002"

// Env is the environment in which Azure clients work against the emulator, as
// NAME=value, on App Service. Empty values undo what the surroundings may have set. It
// says nothing that makes a client prefer another kind of credential.
func (s *Server) Env() []string { return s.EnvOn(AppService) }

// EnvOn is the environment in a place.
func (s *Server) EnvOn(p Place) []string {
	env := s.reach()
	switch p {
	case AppService:
		env = append(env, s.identityEnv()...)
	case AzureArc:
		env = append(env, "IDENTITY_ENDPOINT=https://"+identityHost+metadataPath, "IMDS_ENDPOINT=https://"+identityHost)
	case ServiceFabric:
		env = append(env, "IDENTITY_ENDPOINT=https://"+identityHost+fabricPath, "IDENTITY_HEADER="+s.header, "IDENTITY_SERVER_THUMBPRINT="+s.thumbprint())
	case AzureML:
		env = append(env, "MSI_ENDPOINT=https://"+identityHost+learnPath, "MSI_SECRET="+s.header, "DEFAULT_IDENTITY_CLIENT_ID="+systemIdentity)
	case CloudShell:
		env = append(env, "MSI_ENDPOINT=https://"+identityHost+shellPath)
	case Kubernetes:
		env = append(env, "AZURE_CLIENT_ID="+KubernetesClient, "AZURE_TENANT_ID="+DefaultTenant, "AZURE_FEDERATED_TOKEN_FILE="+s.serviceAccountFile(), "AZURE_AUTHORITY_HOST=https://"+clouds[0].login+"/")
	case GitHub:
		env = append(env, "ACTIONS_ID_TOKEN_REQUEST_URL=https://"+githubHost+githubPath+"?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN="+s.header)
	case Pipelines:
		env = append(env, "SYSTEM_OIDCREQUESTURI=https://"+pipelinesHost+pipelinesPath, "SYSTEM_ACCESSTOKEN="+s.header)
	}
	return env
}

// reach is what it takes to get to the emulator and to trust it.
func (s *Server) reach() []string {
	bundle := s.certificateFile()
	return []string{
		"HTTPS_PROXY=" + s.URL(), "https_proxy=" + s.URL(),
		"HTTP_PROXY=" + s.URL(), "http_proxy=" + s.URL(),
		"NO_PROXY=", "no_proxy=",
		"SSL_CERT_FILE=" + bundle, "SSL_CERT_DIR=",
		// The same for clients that are not written in Go.
		"REQUESTS_CA_BUNDLE=" + bundle, "CURL_CA_BUNDLE=" + bundle, "NODE_EXTRA_CA_CERTS=" + bundle,
	}
}

// identityEnv tells an app where its managed identity is.
func (s *Server) identityEnv() []string {
	return []string{
		"IDENTITY_ENDPOINT=https://" + identityHost + identityTokenPath,
		"IDENTITY_HEADER=" + s.header,
		// With a thumbprint the endpoint would be taken for Service Fabric's.
		"IDENTITY_SERVER_THUMBPRINT=",
	}
}

// PlainIdentityEnv tells an app that its managed identity is at Options.Metadata, over
// plain HTTP as on Azure, under a name for that address.
func (s *Server) PlainIdentityEnv(name string) []string {
	_, port, _ := net.SplitHostPort(s.MetadataAddress())
	return append(s.reach(), "IDENTITY_ENDPOINT=http://"+net.JoinHostPort(name, port)+identityTokenPath, "IDENTITY_HEADER="+s.header, "IDENTITY_SERVER_THUMBPRINT=")
}

// serviceAccountFile is where Kubernetes puts the token of a pod.
func (s *Server) serviceAccountFile() string {
	path := filepath.Join(s.dir, "azure-identity-token")
	text := s.Assertion(KubernetesIssuer, KubernetesSubject, ExchangeAudience, s.options.Now())
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		panic(err) // in a directory that was made for it
	}
	return path
}

// Client is an HTTP client that reaches what the emulator plays and trusts its
// certificates, for programs that run in the emulator's own process.
func (s *Server) Client() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority.certificate)
	proxy := &url.URL{Scheme: "http", Host: s.listener.Addr().String()}
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, MaxIdleConnsPerHost: 16,
	}}
}

// Token is a token for vaults of the public cloud.
func (s *Server) Token() string { return s.TokenFor("https://vault.azure.net", "") }

// TokenFor is a token for an audience and an application; the empty application
// is the system-assigned managed identity.
func (s *Server) TokenFor(audience, appID string) string {
	token, _ := s.tokens.issue(audience, cmp.Or(appID, systemIdentity), DefaultTenant)
	return token
}

// CertificatePEM is the authority that signs the emulator's certificates.
func (s *Server) CertificatePEM() []byte { return s.authority.PEM() }

// PrivateCertificatePEM is the certificate of the authority that vouches for the vaults
// of the private cloud. Env does not have it trusted.
func (s *Server) PrivateCertificatePEM() []byte { return s.private.PEM() }

func (s *Server) certificateFile() string { return filepath.Join(s.dir, "ca.pem") }

// systemRoots are the places of the system's certificates that Go looks at on
// Linux; programs under the emulator keep trusting what they trusted.
var systemRoots = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}

func (s *Server) writeCertificates() error {
	dir, err := os.MkdirTemp("", "keyvault-emulator-")
	if err != nil {
		return fmt.Errorf("certificate for clients: %w", err)
	}
	s.dir = dir
	bundle := s.authority.PEM()
	for _, path := range systemRoots {
		if roots, err := os.ReadFile(path); err == nil {
			bundle = append(append(bundle, '\n'), roots...)
			break
		}
	}
	if err := os.WriteFile(s.certificateFile(), bundle, 0o600); err != nil {
		return fmt.Errorf("certificate for clients: %w", err)
	}
	return nil
}
