//! Scenarios of `streaming/sse`.

use std::time::Duration;

use api_keys_runtime::{Error, EventStream, Response};
use futures_util::TryStreamExt as _;

use crate::clients::streaming_sse::types::{ProtocolProtocolInfo, RetrieveRetrievalRequest};
use crate::clients::streaming_sse::{
    Client, DataWithEnvelopeEvent, DataWithoutEnvelopeEvent, NamedReceiveEvent, RetrieveStreamEvent,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    events(suite, &client).await;
    data(suite, &client).await;
    protocol(suite, &client).await;
    reconnect(suite).await;
}

async fn events(suite: &mut Suite, client: &Client) {
    suite
        .check("Streaming_Sse_Unnamed_receive", async {
            let events: Vec<_> = client.unnamed_receive().await?.into_body().try_collect().await?;
            let descriptions: Vec<_> = events.iter().map(|info| &*info.desc).collect();
            assert_eq!(descriptions, ["one", "two", "three"]);
            Ok(())
        })
        .await;
    suite
        .check("Streaming_Sse_Named_receive", async {
            use NamedReceiveEvent::{ResponseCreated, ResponseDelta};
            let events: Vec<_> = client.named_receive().await?.into_body().try_collect().await?;
            let [ResponseCreated(created), ResponseDelta(hello), ResponseDelta(world)] = &*events else {
                panic!("{events:?}")
            };
            assert_eq!(created.id, "resp_1");
            assert_eq!([&*hello.delta, &*world.delta], ["Hello", " world"]);
            Ok(())
        })
        .await;
    suite
        .check("Streaming_Sse_Retrieve_stream", async {
            use RetrieveStreamEvent::{FinalResult, PartialResult};
            let body = RetrieveRetrievalRequest::new("what is typespec?");
            let events: Vec<_> = client.retrieve_stream(&body).await?.into_body().try_collect().await?;
            let [PartialResult(one), PartialResult(two), FinalResult(last)] = &*events else {
                panic!("{events:?}")
            };
            assert_eq!([&*one.text, &*two.text], ["partial one", "partial two"]);
            assert_eq!(last.references, ["doc1", "doc2"]);
            Ok(())
        })
        .await;
}

async fn data(suite: &mut Suite, client: &Client) {
    suite
        .check("Streaming_Sse_Protocol_Data_withEnvelope", async {
            let events: Vec<_> = client.data_with_envelope().await?.into_body().try_collect().await?;
            let [DataWithEnvelopeEvent::WithEnvelope(contents)] = &*events else { panic!("{events:?}") };
            assert_eq!(contents, "hello");
            Ok(())
        })
        .await;
    suite
        .check("Streaming_Sse_Protocol_Data_withoutEnvelope", async {
            let events: Vec<_> = client.data_without_envelope().await?.into_body().try_collect().await?;
            let [DataWithoutEnvelopeEvent::WithoutEnvelope(event)] = &*events else { panic!("{events:?}") };
            assert_eq!(event.metadata, [("source".to_owned(), "test".to_owned())].into());
            assert_eq!(event.contents, "world");
            Ok(())
        })
        .await;
}

async fn protocol(suite: &mut Suite, client: &Client) {
    let second = Some(Duration::from_secs(1));
    hello(suite, "Streaming_Sse_Protocol_id", client.protocol_id(), Some("event-1"), None).await;
    hello(suite, "Streaming_Sse_Protocol_invalidId", client.protocol_invalid_id(), None, None).await;
    hello(suite, "Streaming_Sse_Protocol_retry", client.protocol_retry(), None, second).await;
    hello(suite, "Streaming_Sse_Protocol_invalidRetry", client.protocol_invalid_retry(), None, None).await;
}

/// Calls a scenario that streams one message, and checks the id and the delay that it sets.
async fn hello(
    suite: &mut Suite,
    name: &'static str,
    call: impl Future<Output = Result<Response<EventStream<ProtocolProtocolInfo>>, Error<()>>>,
    id: Option<&str>,
    retry: Option<Duration>,
) {
    suite
        .check(name, async {
            let mut stream = call.await?.into_body();
            assert_eq!(messages(&mut stream).await?, ["hello"]);
            assert_eq!((stream.last_event_id(), stream.retry()), (id, retry));
            Ok(())
        })
        .await;
}

async fn reconnect(suite: &mut Suite) {
    let http = suite.http();
    suite
        .check("Streaming_Sse_Protocol_reconnect", async {
            let mut stream = Client::new(http.clone()).protocol_reconnect().await?.into_body();
            assert_eq!(messages(&mut stream).await?, ["hello"]);
            let id = stream.last_event_id().ok_or("the event has no id")?;
            let client = Client::new(http.after_event(id));
            let mut stream = client.protocol_reconnect().await?.into_body();
            assert_eq!(messages(&mut stream).await?, ["world"]);
            assert_eq!(stream.last_event_id(), Some("event-2"));
            Ok(())
        })
        .await;
}

/// Reads a stream to its end.
async fn messages(stream: &mut EventStream<ProtocolProtocolInfo>) -> Result<Vec<String>, Error> {
    stream.map_ok(|info| info.message).try_collect().await
}
