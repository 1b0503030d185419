//! The TLS configuration of the transports.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::error::{TransportError, TransportErrorKind};

/// Returns a configuration that trusts the certificates of the platform.
pub(super) fn client_config() -> Result<ClientConfig, TransportError> {
    let failed = |error| TransportError::new(TransportErrorKind::Connect).with_source(error);
    let verifier = verifier().map_err(failed)?;
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = protocols();
    Ok(config)
}

/// Returns the protocols that a server can choose from, by ALPN.
pub(super) fn protocols() -> Vec<Vec<u8>> {
    let names: &[&[u8]] = if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    names.iter().map(|name| name.to_vec()).collect()
}

/// Returns the verifier of this process.
fn verifier() -> Result<Arc<PlatformVerifier>, Error> {
    static VERIFIER: OnceLock<Arc<PlatformVerifier>> = OnceLock::new();
    if let Some(verifier) = VERIFIER.get() {
        return Ok(Arc::clone(verifier));
    }
    let provider = provider().ok_or_else(|| Error::General("no TLS provider is installed".to_owned()))?;
    let verifier = Arc::new(PlatformVerifier { provider, verifier: OnceLock::new() });
    Ok(Arc::clone(VERIFIER.get_or_init(|| verifier)))
}

/// Returns the provider that the application installed, or the default one.
fn provider() -> Option<Arc<CryptoProvider>> {
    let installed = CryptoProvider::get_default().cloned();
    #[cfg(any(feature = "hyper", feature = "rustls"))]
    let installed = installed.or_else(|| Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider())));
    installed
}

/// The verifier of the platform. It is created by the first handshake, because it reads all trusted certificates, which
/// takes milliseconds.
#[derive(Debug)]
struct PlatformVerifier {
    provider: Arc<CryptoProvider>,
    verifier: OnceLock<Verifier>,
}

impl PlatformVerifier {
    fn loaded(&self) -> Result<&Verifier, Error> {
        if let Some(verifier) = self.verifier.get() {
            return Ok(verifier);
        }
        // An error may be temporary and is not kept.
        let verifier = Verifier::new(Arc::clone(&self.provider))?;
        Ok(self.verifier.get_or_init(|| verifier))
    }
}

impl ServerCertVerifier for PlatformVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.loaded()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
