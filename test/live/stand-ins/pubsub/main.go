// Stands in for Pub/Sub: the fake of Google's own client library, with one topic and one subscription of the project and name
// in the arguments. Says its address, then publishes what comes on standard input, a line a message.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	server := pstest.NewServer()
	ctx := context.Background()
	project := "projects/" + os.Args[1]
	topic := project + "/topics/logs"
	if _, err := server.GServer.CreateTopic(ctx, &pubsubpb.Topic{Name: topic}); err != nil {
		panic(err)
	}
	subscription := &pubsubpb.Subscription{Name: project + "/subscriptions/" + os.Args[2], Topic: topic, AckDeadlineSeconds: 10}
	if _, err := server.GServer.CreateSubscription(ctx, subscription); err != nil {
		panic(err)
	}
	fmt.Println(server.Addr)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		// The scanner writes over its own bytes.
		server.Publish(topic, []byte(lines.Text()), nil)
	}
}
