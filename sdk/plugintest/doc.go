// Package plugintest tests a plugin in the process of the test: what an author's
// functions are asked and answer crosses the real wire, but no process is started,
// time passes when the test says so, and the network fails when the test says so.
//
//	p := plugintest.Start(t, plugin, plugintest.Options{Store: store})
//	target := p.Open("notes", nil).Target("note", plugintest.Config{"url": "https://notes.example"}, "db_password")
//	p.Network.Fail(1, plugintest.LoseAnswer)
//	_, err := target.Write("s3cret")
//
// [Conform] runs the checks of `sz plugin test` that need no process; the command
// runs all of them against the binary, in the sandbox.
//
// Next: sdk/conformance for the checks.
package plugintest
