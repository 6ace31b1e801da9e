package pull

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// storeFile is a key-value store with its pairs, which are in the service's import format.
type storeFile struct {
	KeyValueStore map[string]string `json:"KeyValueStore"`
	Data          []pair            `json:"data"`
}

type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// store pulls the pairs of a key-value store.
func (p *puller) store(ctx context.Context, arn string) error {
	if arn == "" || p.seen["store "+arn] {
		return nil
	}
	p.seen["store "+arn] = true
	if err := p.readStoreNames(ctx); err != nil {
		return err
	}
	id := arn[strings.LastIndexByte(arn, '/')+1:]
	called := p.storeNames[arn]
	if called == "" {
		called = id
	}
	pairs, err := p.pairs(ctx, arn)
	if err != nil {
		if p.excused(err, "key-value store "+called) {
			return nil
		}
		return explain(err)
	}
	p.options.Progress(fmt.Sprintf("key-value store %s: %d keys", called, len(pairs)))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(storeFile{KeyValueStore: map[string]string{"ARN": arn, "Id": id, "Name": called}, Data: pairs}); err != nil {
		return err
	}
	p.files = append(p.files, file{path: "key-value-stores/" + name(called) + ".json", data: b.Bytes(), listed: true})
	return nil
}

// pairs requests all pairs of a store from the service of the stores, which speaks JSON.
func (p *puller) pairs(ctx context.Context, arn string) ([]pair, error) {
	at, err := storeEndpoint(ctx, p.config, p.options.EndpointURL, arn)
	if err != nil {
		return nil, err
	}
	list := []pair{}
	query := url.Values{}
	for {
		a, err := p.client.get(ctx, call{service: storeService, operation: "ListKeys", at: at, path: []string{"key-value-stores", arn, "keys"}, query: query})
		if err != nil {
			return nil, err
		}
		var page struct {
			Items     []pair // matched regardless of the names' case
			NextToken string
		}
		if err := json.Unmarshal(a.body, &page); err != nil {
			return nil, fmt.Errorf("ListKeys: the answer: %w", err)
		}
		list = append(list, page.Items...)
		if !more(page.NextToken, query, "NextToken") {
			return list, nil
		}
	}
}

// readStoreNames lists the stores of the account, once: functions refer to them by ARN,
// people by name.
func (p *puller) readStoreNames(ctx context.Context) error {
	if p.storeNames != nil {
		return nil
	}
	p.storeNames = map[string]string{}
	err := p.pages(ctx, "ListKeyValueStores", "key-value-store", func(page *element) {
		for _, s := range page.items() {
			p.storeNames[s.value("ARN")] = s.value("Name")
		}
	})
	if err == nil || p.excused(err, "the names of key-value stores") {
		return nil
	}
	return explain(err)
}
