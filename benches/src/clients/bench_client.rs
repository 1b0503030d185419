//! The trait of the clients.

/// A client of the API. Calls return a number so that the compiler cannot remove them.
pub(crate) trait BenchClient: Send + Sync + Sized + 'static {
    /// Creates a client that is ready for TLS.
    fn new(base_url: &str) -> Self;

    /// Creates five clients that share connections and TLS.
    fn five(base_url: &str) -> [Self; 5];

    /// Reads one key.
    fn get(&self) -> impl Future<Output = usize> + Send;

    /// Reads a key that does not exist.
    fn fail(&self) -> impl Future<Output = usize> + Send;

    /// Creates a key.
    fn create(&self) -> impl Future<Output = usize> + Send;

    /// Reads a page of keys.
    fn list(&self) -> impl Future<Output = usize> + Send;
}
