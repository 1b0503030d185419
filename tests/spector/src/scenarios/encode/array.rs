//! Scenarios of `encode/array`.
//!
//! In the document, the encoded arrays are strings.

use crate::clients::encode_array::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let body = CommaDelimitedArrayProperty::new("blue,red,green");
    let name = "Encode_Array_Property_commaDelimited";
    suite.echoes(name, &body, |body| client.property_comma_delimited(body)).await;
    let body = SpaceDelimitedArrayProperty::new("blue red green");
    let name = "Encode_Array_Property_spaceDelimited";
    suite.echoes(name, &body, |body| client.property_space_delimited(body)).await;
    let body = PipeDelimitedArrayProperty::new("blue|red|green");
    let name = "Encode_Array_Property_pipeDelimited";
    suite.echoes(name, &body, |body| client.property_pipe_delimited(body)).await;
    let body = NewlineDelimitedArrayProperty::new("blue\nred\ngreen");
    let name = "Encode_Array_Property_newlineDelimited";
    suite.echoes(name, &body, |body| client.property_newline_delimited(body)).await;

    let body = CommaDelimitedEnumArrayProperty::new("blue,red,green");
    let name = "Encode_Array_Property_enumCommaDelimited";
    suite.echoes(name, &body, |body| client.property_enum_comma_delimited(body)).await;
    let body = SpaceDelimitedEnumArrayProperty::new("blue red green");
    let name = "Encode_Array_Property_enumSpaceDelimited";
    suite.echoes(name, &body, |body| client.property_enum_space_delimited(body)).await;
    let body = PipeDelimitedEnumArrayProperty::new("blue|red|green");
    let name = "Encode_Array_Property_enumPipeDelimited";
    suite.echoes(name, &body, |body| client.property_enum_pipe_delimited(body)).await;
    let body = NewlineDelimitedEnumArrayProperty::new("blue\nred\ngreen");
    let name = "Encode_Array_Property_enumNewlineDelimited";
    suite.echoes(name, &body, |body| client.property_enum_newline_delimited(body)).await;

    let body = CommaDelimitedExtensibleEnumArrayProperty::new("blue,red,green");
    let name = "Encode_Array_Property_extensibleEnumCommaDelimited";
    suite.echoes(name, &body, |body| client.property_extensible_enum_comma_delimited(body)).await;
    let body = SpaceDelimitedExtensibleEnumArrayProperty::new("blue red green");
    let name = "Encode_Array_Property_extensibleEnumSpaceDelimited";
    suite.echoes(name, &body, |body| client.property_extensible_enum_space_delimited(body)).await;
    let body = PipeDelimitedExtensibleEnumArrayProperty::new("blue|red|green");
    let name = "Encode_Array_Property_extensibleEnumPipeDelimited";
    suite.echoes(name, &body, |body| client.property_extensible_enum_pipe_delimited(body)).await;
    let body = NewlineDelimitedExtensibleEnumArrayProperty::new("blue\nred\ngreen");
    let name = "Encode_Array_Property_extensibleEnumNewlineDelimited";
    suite.echoes(name, &body, |body| client.property_extensible_enum_newline_delimited(body)).await;
}
