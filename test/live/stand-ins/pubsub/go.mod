module pubsub

go 1.25

require cloud.google.com/go/pubsub/v2 v2.6.0
