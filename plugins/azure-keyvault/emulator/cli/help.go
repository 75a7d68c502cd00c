package cli

import "github.com/secretzero/sz/plugins/azure-keyvault/emulator"

const usage = `keyvault-emulator is a local Azure Key Vault for trying things out and for tests.
It keeps no secret secret.

  keyvault-emulator serve [FLAGS]                 run it, print the environment to use
  keyvault-emulator exec [FLAGS] -- COMMAND…      run a command that uses it
  keyvault-emulator list [--state FILE]           names, versions and tags, never values
  keyvault-emulator az account get-access-token   what the Azure CLI would print
  keyvault-emulator azd auth token                what the Azure Developer CLI would
  keyvault-emulator pwsh -EncodedCommand …        what Get-AzAccessToken would

Inside exec, and with the environment that serve prints, every vault
https://NAME.vault.azure.net exists, and every Azure client works unmodified:
its requests go through a proxy that plays Key Vault, the login host and the
managed identity endpoint, with certificates that SSL_CERT_FILE trusts. The
proxy refuses every other host. The exit code of exec is that of the command,
or 128 and the number of the signal that ended it.

Clients find the managed identity of an app, unless --on says where else they run:

  app-service      a managed identity behind an endpoint of the app
  virtual-machine  a managed identity at --metadata 169.254.169.254:80, which takes a
                   network namespace of its own, and at no other address
  aks              a workload identity, in a token file
  github           a job of GitHub Actions that may ask for tokens
  pipelines        a job of Azure Pipelines, with the service connection
                   ` + emulator.ServiceConnection + `
  azure-arc        a machine elsewhere with the agent of Azure Arc, which writes keys to
                   ` + emulator.ArcTokens + `
  service-fabric   an application of a Service Fabric cluster
  azure-ml         compute of Azure Machine Learning
  cloud-shell      the shell in the portal
  workstation      az, azd and pwsh in PATH, with somebody signed in

Flags of serve and exec:
  --state FILE           keep the vaults in FILE between runs, for one run at a time
  --vault NAME           only this vault exists; may be repeated
  --listen ADDR          address of the proxy (default 127.0.0.1:0)
  --log FILE             append one JSON line for each request: no bodies, values
                         or tokens
  --latency DURATION     of every request to a vault
  --window DURATION      how long deleting, recovering and purging take
  --purge-protection     forbid purging
  --retention-days N     how long deleted secrets stay, 7 to 90 (default 90)
  --page-size N          secrets on a page of a listing, 1 to 25 (default 25)
  --short-pages          pages hold fewer than they may, at times none
  --limit bucket|window  throttle new versions, 300 in 10 s for each vault: as a
                         bucket that refills, or in windows
  --limit-writes N       N in place of 300
  --limit-window D       D in place of 10 s
  --firewall             let nobody into the vaults
  --access-policies      word refusals as a vault with access policies does, not roles
  --deny [APPID:]PERM    take get, list, set, update, delete, recover, purge,
                         backup or restore away; may be repeated
  --client ID=FILE       only this application may log in, with the secret in FILE;
                         may be repeated
  --on PLACE             where programs are made to believe that they run: see above
  --identity ID          only this managed identity is assigned: a client, object or
                         resource id, or system; may be repeated
  --metadata ADDR        serve managed identities here over plain HTTP, as on Azure:
                         that of a virtual machine, and that of an app at /msi/token
  --fault SPEC           METHOD#N=KIND or "METHOD ROUTE#N=KIND": the Nth (* each)
                         authorised request goes wrong, such as
                         PUT#3=commit-then-drop or
                         "GET /deletedsecrets/{name}#*=500"; kinds are drop,
                         commit-then-drop, 500, commit-then-500, 429,
                         429:DURATION (with Retry-After) and delay:DURATION; may
                         be repeated

Everything is answered as published exchanges with the service have it, except
for these, which are inference:
  being deleted    what DELETE and recover are answered (409 ObjectIsBeingDeleted)
  deleted          what DELETE is answered (404)
  being recovered  what GET of the deleted secret (404), DELETE, recover and purge
                   (409 ObjectIsBeingRecovered) are answered
  being purged     all but restore (409): GET, DELETE, recover and purge (404),
                   PUT (409 ObjectIsBeingDeleted)
  live             what recover and purge are answered (404)
  disabled         that a new, enabled version can be set
  sizes            that values count in bytes, other texts in characters
  short pages      how short, and which
  permissions      that roles have no right of their own for one deleted secret
  tokens           the text for an expired one
  signing in       that an application which was not declared may use any certificate;
                   which of several faults of a request is named
  managed identity what Azure Machine Learning, Cloud Shell and the agent of Azure Arc
                   answer to what is wrong
  managed secrets  that setting and deleting are refused, and the text
  unknown routes   the code, the text and the status (405)
  limits           which of bucket and window the service uses; that restore is free
`
