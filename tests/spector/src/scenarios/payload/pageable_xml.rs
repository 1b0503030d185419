//! Scenarios of the XML operations of `payload/pageable`.

use crate::clients::payload_pageable::{Client, XmlPaginationListWithContinuationOptions, types::XmlPet};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite
        .check("Payload_Pageable_XmlPagination_listWithContinuation", async {
            let options = XmlPaginationListWithContinuationOptions::new();
            let page = client.xml_pagination_list_with_continuation(&options).await?.into_body();
            assert_eq!(fields(&page.pets), [("1", "dog"), ("2", "cat")]);
            let options = options.marker(page.next_marker.ok_or("the first page has no marker")?);
            let page = client.xml_pagination_list_with_continuation(&options).await?.into_body();
            assert_eq!(fields(&page.pets), [("3", "bird"), ("4", "fish")]);
            assert_eq!(page.next_marker, None);
            Ok(())
        })
        .await;
    suite.lost(
        "The document does not declare that a property is the link to the next page.",
        &["Payload_Pageable_XmlPagination_listWithNextLink"],
    );
}

fn fields(pets: &[XmlPet]) -> Vec<(&str, &str)> {
    pets.iter().map(|pet| (&*pet.id, &*pet.name)).collect()
}
