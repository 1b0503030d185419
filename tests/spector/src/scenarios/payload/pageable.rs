//! Scenarios of `payload/pageable`.

use api_keys_core::SecretKey;
use api_keys_runtime::Response;

use crate::clients::payload_pageable::types::{
    ContinuationTokenRequestQueryResponseBodyResponse, DrivenPaginationNestedLinkResponseNestedItems, Pet,
    TokenRequestQueryNestedResponseBodyResponse,
};
use crate::clients::payload_pageable::{
    Client, ContinuationTokenRequestHeaderNestedResponseBodyOptions,
    ContinuationTokenRequestHeaderResponseBodyOptions, ContinuationTokenRequestHeaderResponseHeaderOptions,
    ContinuationTokenRequestQueryNestedResponseBodyOptions, ContinuationTokenRequestQueryResponseBodyOptions,
    ContinuationTokenRequestQueryResponseHeaderOptions, PageSizeListWithPageSizeOptions,
};
use crate::suite::Suite;

const PETS: [(&str, &str); 4] = [("1", "dog"), ("2", "cat"), ("3", "bird"), ("4", "fish")];

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    page_size(suite, &client).await;
    tokens(suite, &client).await;
    suite.lost(
        "The document does not declare that a property is the link to the next page.",
        &[
            "Payload_Pageable_ServerDrivenPagination_link",
            "Payload_Pageable_ServerDrivenPagination_linkString",
            "Payload_Pageable_ServerDrivenPagination_nestedLink",
            "Payload_Pageable_ServerDrivenPagination_AlternateInitialVerb_post",
        ],
    );
}

async fn page_size(suite: &mut Suite, client: &Client) {
    suite
        .reads(
            "Payload_Pageable_PageSize_listWithoutContinuation",
            client.page_size_list_without_continuation(),
            |page| assert_eq!(fields(&page.pets), PETS),
        )
        .await;
    suite
        .check("Payload_Pageable_PageSize_listWithPageSize", async {
            for (size, pets) in [(2, &PETS[..2]), (4, &PETS[..])] {
                let options = PageSizeListWithPageSizeOptions::new().page_size(size);
                let page = client.page_size_list_with_page_size(&options).await?.into_body();
                assert_eq!(fields(&page.pets), pets);
            }
            Ok(())
        })
        .await;
}

/// Calls a scenario that sends the token of a page to get the next page.
macro_rules! pages {
    ($suite:ident, $name:literal, $client:ident.$operation:ident, $options:ident, $read:ident) => {
        $suite
            .check($name, async {
                let options = $options::new().foo("foo").bar("bar");
                let (pets, token) = $read($client.$operation(&options).await?);
                assert_eq!(fields(&pets), PETS[..2]);
                let options = options.token(token.ok_or("the first page has no token")?);
                let (pets, token) = $read($client.$operation(&options).await?);
                assert_eq!(fields(&pets), PETS[2..]);
                assert!(token.is_none());
                Ok(())
            })
            .await
    };
}

async fn tokens(suite: &mut Suite, client: &Client) {
    pages!(
        suite,
        "Payload_Pageable_ServerDrivenPagination_ContinuationToken_requestQueryResponseBody",
        client.continuation_token_request_query_response_body,
        ContinuationTokenRequestQueryResponseBodyOptions,
        with_token
    );
    pages!(
        suite,
        "Payload_Pageable_ServerDrivenPagination_ContinuationToken_requestHeaderResponseBody",
        client.continuation_token_request_header_response_body,
        ContinuationTokenRequestHeaderResponseBodyOptions,
        with_token
    );
    pages!(
        suite,
        "Payload_Pageable_ServerDrivenPagination_ContinuationToken_requestQueryResponseHeader",
        client.continuation_token_request_query_response_header,
        ContinuationTokenRequestQueryResponseHeaderOptions,
        with_header
    );
    pages!(
        suite,
        "Payload_Pageable_ServerDrivenPagination_ContinuationToken_requestHeaderResponseHeader",
        client.continuation_token_request_header_response_header,
        ContinuationTokenRequestHeaderResponseHeaderOptions,
        with_header
    );
    pages!(
        suite,
        "Payload_Pageable_ServerDrivenPagination_ContinuationToken_requestQueryNestedResponseBody",
        client.continuation_token_request_query_nested_response_body,
        ContinuationTokenRequestQueryNestedResponseBodyOptions,
        nested
    );
    pages!(
        suite,
        "Payload_Pageable_ServerDrivenPagination_ContinuationToken_requestHeaderNestedResponseBody",
        client.continuation_token_request_header_nested_response_body,
        ContinuationTokenRequestHeaderNestedResponseBodyOptions,
        nested
    );
}

type Page = (Vec<Pet>, Option<SecretKey>);

fn with_token(response: Response<ContinuationTokenRequestQueryResponseBodyResponse>) -> Page {
    let page = response.into_body();
    (page.pets, page.next_token)
}

fn with_header(response: Response<DrivenPaginationNestedLinkResponseNestedItems>) -> Page {
    let token = response.headers().get("next-token").map(|token| token.to_str().expect("a token"));
    let token = token.map(SecretKey::new);
    (response.into_body().pets, token)
}

fn nested(response: Response<TokenRequestQueryNestedResponseBodyResponse>) -> Page {
    let page = response.into_body();
    (page.nested_items.pets, page.nested_next.and_then(|next| next.next_token))
}

fn fields(pets: &[Pet]) -> Vec<(&str, &str)> {
    pets.iter().map(|pet| (&*pet.id, &*pet.name)).collect()
}
