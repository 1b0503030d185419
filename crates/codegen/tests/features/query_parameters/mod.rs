//! Query parameters in every style.

pub mod generated;

use generated::types::{Filter, Point, WordsState};
use generated::{Client, FixedOptions, ListsOptions, ObjectsOptions, WordsOptions};

use crate::{no_content, target};

#[tokio::test]
async fn values_are_escaped() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.words("a&b=c d+e#ü", &WordsOptions::new()).await.unwrap();
    assert_eq!(target(&server).await, "/words?text=a%26b%3Dc%20d%2Be%23%C3%BC");

    let options = WordsOptions::new()
        .page_size(10)
        .share(0.5)
        .strict(false)
        .since("2026-01-01T00:00:00Z")
        .state("off")
        .either(7)
        .maybe("m");
    client.words("", &options).await.unwrap();
    assert_eq!(
        target(&server).await,
        "/words?text=&page%5Bsize%5D=10&share=0.5&strict=false&since=2026-01-01T00%3A00%3A00Z&state=off&either=7\
         &maybe=m"
    );
}

#[tokio::test]
async fn lists() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let list = ["a", "b,c"];
    let options =
        ListsOptions::new().usual(list).form(list).space(list).pipe(list).pipe_exploded(list).numbers([1, 2]);
    client.lists(&[WordsState::On, "new".into()], &options).await.unwrap();
    assert_eq!(
        target(&server).await,
        "/lists?states=on&states=new&usual=a&usual=b%2Cc&form=a,b%2Cc&space=a%20b%2Cc&pipe=a%7Cb%2Cc\
         &pipe_exploded=a&pipe_exploded=b%2Cc&numbers=1&numbers=2"
    );
    client.lists(&[], &ListsOptions::new()).await.unwrap();
    assert_eq!(target(&server).await, "/lists");
}

#[tokio::test]
async fn objects() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let point = Point::new().x(1).y("=");
    let filter = Filter::new().name("n").point(point.clone()).tags(["a", "b"]);
    let options = ObjectsOptions::new()
        .usual(point.clone())
        .form(point.clone())
        .deep(filter)
        .json(Filter::new().name("n"))
        .map([("k".to_owned(), "v".to_owned())]);
    client.objects(&point, &options).await.unwrap();
    assert_eq!(
        target(&server).await,
        "/objects?needed%5Bx%5D=1&needed%5By%5D=%3D&x=1&y=%3D&form=x,1,y,%3D&deep%5Bname%5D=n&deep%5Bpoint%5D%5Bx%5D=1\
         &deep%5Bpoint%5D%5By%5D=%3D&deep%5Btags%5D%5B%5D=a&deep%5Btags%5D%5B%5D=b&json=%7B%22name%22%3A%22n%22%7D\
         &map%5Bk%5D=v"
    );
    client.objects(&Point::new(), &ObjectsOptions::new().form(Point::new())).await.unwrap();
    assert_eq!(target(&server).await, "/objects");
}

#[tokio::test]
async fn path_with_a_query() {
    let (server, client) = no_content().await;
    Client::new(client).fixed(&FixedOptions::new().shared("s").text("t")).await.unwrap();
    assert_eq!(target(&server).await, "/fixed?mode=all&shared=s&text=t");
}
