//! Clients of the same API.

mod api_keys;
mod bench_client;
mod hyper;
mod payload;
mod reqwest;

use clap::ValueEnum;

pub(crate) use self::api_keys::{Dyn, OnHyper, OnReqwest, Typed};
pub(crate) use self::bench_client::BenchClient;
pub(crate) use self::hyper::Hyper;
pub(crate) use self::reqwest::{Middleware, Reqwest};

/// A client that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientKind {
    Reqwest,
    Hyper,
    Typed,
    Dyn,
    ReqwestTyped,
    ReqwestDyn,
    Middleware,
}

/// The number of clients.
pub(crate) const CLIENTS: usize = 7;

impl ClientKind {
    /// All clients. The others are compared to the first one.
    pub(crate) const ALL: [Self; CLIENTS] = [
        Self::Reqwest,
        Self::Hyper,
        Self::Typed,
        Self::Dyn,
        Self::ReqwestTyped,
        Self::ReqwestDyn,
        Self::Middleware,
    ];

    /// Returns the client's column heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Reqwest => "bare reqwest",
            Self::Hyper => "hyper-util",
            Self::Typed => "api-keys on hyper, typed",
            Self::Dyn => "api-keys on hyper, `dyn`",
            Self::ReqwestTyped => "api-keys on reqwest, typed",
            Self::ReqwestDyn => "api-keys on reqwest, `dyn`",
            Self::Middleware => "reqwest-middleware + retry",
        }
    }
}

/// Calls a function that is generic over [`BenchClient`] for a [`ClientKind`].
macro_rules! with_client {
    ($kind:expr, $function:ident($($argument:expr),*)) => {
        match $kind {
            $crate::clients::ClientKind::Reqwest => $function::<$crate::clients::Reqwest>($($argument),*),
            $crate::clients::ClientKind::Hyper => $function::<$crate::clients::Hyper>($($argument),*),
            $crate::clients::ClientKind::Typed => {
                $function::<$crate::clients::Typed<$crate::clients::OnHyper>>($($argument),*)
            }
            $crate::clients::ClientKind::Dyn => {
                $function::<$crate::clients::Dyn<$crate::clients::OnHyper>>($($argument),*)
            }
            $crate::clients::ClientKind::ReqwestTyped => {
                $function::<$crate::clients::Typed<$crate::clients::OnReqwest>>($($argument),*)
            }
            $crate::clients::ClientKind::ReqwestDyn => {
                $function::<$crate::clients::Dyn<$crate::clients::OnReqwest>>($($argument),*)
            }
            $crate::clients::ClientKind::Middleware => $function::<$crate::clients::Middleware>($($argument),*),
        }
    };
}
pub(crate) use with_client;
