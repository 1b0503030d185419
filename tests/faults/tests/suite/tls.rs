//! Servers with TLS.

use std::sync::Arc;
use std::time::Duration;

use api_keys_fault_tests::proxy::Stack;
use api_keys_runtime::{HyperTransport, PoolSettings, ReqwestTransport, Transport};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// A certificate authority, and the configuration of a server with a certificate of it.
pub(crate) struct Identity {
    pub(crate) root: CertificateDer<'static>,
    pub(crate) root_pem: String,
    pub(crate) server: ServerConfig,
}

impl Identity {
    pub(crate) fn new(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        let mut leaf = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut leaf);
        let leaf_key = KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&leaf_key, &Issuer::new(authority, authority_key)).unwrap();
        let private_key = PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
        let server = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private_key.into())
            .unwrap();
        Self { root: root.der().clone(), root_pem: root.pem(), server }
    }
}

/// Creates a transport that trusts a certificate authority.
pub(crate) fn trusting(
    root: &CertificateDer<'static>,
    stack: Stack,
    timeout: Duration,
) -> Arc<dyn Transport> {
    match stack {
        Stack::Reqwest => {
            let root = reqwest::Certificate::from_der(root).unwrap();
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
            Arc::new(ReqwestTransport::from(client))
        }
        Stack::Hyper => {
            let mut roots = RootCertStore::empty();
            roots.add(root.clone()).unwrap();
            let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
            Arc::new(HyperTransport::with_tls(config, timeout, PoolSettings::default()))
        }
    }
}

/// A server that sends a key in response to every request.
pub(crate) struct TlsServer {
    pub(crate) root: CertificateDer<'static>,
    pub(crate) root_pem: String,
    pub(crate) address: String,
}

impl TlsServer {
    pub(crate) async fn start(name: &str) -> Self {
        Self::start_with(Identity::new(name, |_| ())).await
    }

    pub(crate) async fn start_with(identity: Identity) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(identity.server));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move { crate::hostile::send_keys(acceptor.accept(client).await?).await });
            }
        });
        Self { root: identity.root, root_pem: identity.root_pem, address }
    }
}
