// Command peer is what the benchmarks compare sz with: one process that does the same
// with Azure's own client and nothing of ours. It signs in as sz does, and knows before
// what it will do.
//
//	peer write VAULT-URL COUNT CONCURRENCY    stores that many new random secrets
//	peer read VAULT-URL COUNT                 looks at them, by listing
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) < 3 {
		return errors.New("say write or read, a vault's URL and a count")
	}
	count, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return err
	}
	client, err := azsecrets.NewClient(args[1], credential, nil)
	if err != nil {
		return err
	}
	if args[0] == "read" {
		return read(ctx, client, count)
	}
	concurrency, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	return write(ctx, client, count, concurrency)
}

func write(ctx context.Context, client *azsecrets.Client, count, concurrency int) error {
	var group sync.WaitGroup
	failures := make(chan error, count)
	numbers := make(chan int)
	for range concurrency {
		group.Go(func() {
			for n := range numbers {
				value := rand.Text()
				_, err := client.SetSecret(ctx, fmt.Sprintf("s%04d", n), azsecrets.SetSecretParameters{Value: &value}, nil)
				failures <- err
			}
		})
	}
	for n := range count {
		numbers <- n
	}
	close(numbers)
	group.Wait()
	close(failures)
	var all []error
	for err := range failures {
		all = append(all, err)
	}
	return errors.Join(all...)
}

func read(ctx context.Context, client *azsecrets.Client, count int) error {
	pager := client.NewListSecretPropertiesPager(nil)
	seen := 0
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return err
		}
		seen += len(page.Value)
	}
	if seen < count {
		return fmt.Errorf("%d secrets, want %d", seen, count)
	}
	return nil
}
