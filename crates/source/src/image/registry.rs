//! Images in a registry (OCI distribution specification), streamed: nothing is written to disk.
//!
//! The only network code, and it runs only for a target written `registry:REF`. Credentials are those of the user's
//! docker configuration (`$DOCKER_CONFIG` or `~/.docker/config.json`). If that names a credential helper for the
//! registry, the helper is run, as docker does; nothing that a scanned image holds can name a program. Registries on
//! this machine are spoken to without TLS, all others with it.

use std::io::{self, Cursor, Read};
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential};
use futures_util::StreamExt as _;
use oci_client::client::{BlobResponse, Client, ClientConfig, ClientProtocol, SizedStream};
use oci_client::errors::OciDistributionError;
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use tokio::runtime::Runtime;

use super::blobs::Blobs;
use super::digest::Digest;

/// How often in a row a download is resumed without having got any further.
const MAX_RESUMES: u32 = 4;
const TIMEOUT: Duration = Duration::from_secs(60);
/// What a manifest may be, in the order of preference.
const MANIFESTS: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];
/// Under this name docker keeps the credentials of Docker Hub.
const DOCKER_HUB: (&str, &str) = ("docker.io", "https://index.docker.io/v1/");

/// One repository of a registry.
pub(crate) struct Registry {
    runtime: Runtime,
    client: Client,
    reference: Reference,
    auth: RegistryAuth,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registry({})", self.reference)
    }
}

impl Registry {
    /// Gets the manifest or index of `reference`: its bytes and digest.
    pub(crate) fn open(reference: &str) -> Result<(Self, Vec<u8>, Digest), String> {
        let reference: Reference = reference.parse().map_err(|error| format!("not the name of an image: {error}"))?;
        let auth = credential(reference.registry())?;
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::new(ClientConfig {
            protocol: if is_local(reference.registry()) { ClientProtocol::Http } else { ClientProtocol::Https },
            read_timeout: Some(TIMEOUT),
            connect_timeout: Some(TIMEOUT),
            user_agent: concat!("unkeyed/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let registry = Self { runtime: runtime.map_err(|error| error.to_string())?, client, reference, auth };
        let wait = registry.client.auth(&registry.reference, &registry.auth, RegistryOperation::Pull);
        registry.runtime.block_on(wait).map_err(|error| registry.said(&error))?;
        let (bytes, digest) = registry.pull_manifest(&registry.reference)?;
        let digest = Digest::new(&digest).unwrap_or_else(|| Digest::of(&bytes));
        Ok((registry, bytes, digest))
    }

    fn pull_manifest(&self, reference: &Reference) -> Result<(Vec<u8>, String), String> {
        let pulled = self.runtime.block_on(self.client.pull_manifest_raw(reference, &self.auth, &MANIFESTS));
        pulled.map(|(bytes, digest)| (bytes.into(), digest)).map_err(|error| self.said(&error))
    }

    /// An error in words of ours: what servers and the HTTP library say may contain signed addresses.
    fn said(&self, error: &OciDistributionError) -> String {
        let host = self.reference.registry();
        match error {
            OciDistributionError::UnauthorizedError { .. } | OciDistributionError::AuthenticationFailure(_) => match self.auth {
                RegistryAuth::Anonymous => {
                    format!("{host} wants credentials, and the docker configuration has none for it; try `docker login {host}`")
                }
                _ => format!("{host} refused the credentials of the docker configuration; try `docker login {host}`"),
            },
            OciDistributionError::ImageManifestNotFoundError(_) | OciDistributionError::RegistryError { .. } => {
                format!("{host} doesn't have {}, or doesn't show it to this user", self.reference)
            }
            OciDistributionError::ServerError { code, .. } => format!("{host} answered with status {code}"),
            OciDistributionError::DigestError(_) => format!("{host} sent content that doesn't have the digest by which it is named"),
            OciDistributionError::RequestError(error) if error.is_timeout() => format!("{host} didn't answer in time"),
            OciDistributionError::RequestError(error) if error.is_connect() => format!("no connection to {host}"),
            _ => format!("{host} doesn't answer as the OCI distribution specification says"),
        }
    }

    fn stream(&self, digest: &str, offset: u64) -> io::Result<Body> {
        let answer = self.runtime.block_on(self.client.pull_blob_stream_partial(&self.reference, digest, offset, None));
        let (stream, behind) = match answer.map_err(|error| io::Error::other(self.said(&error)))? {
            BlobResponse::Partial(stream) => (stream, 0),
            // A server that knows no ranges starts again.
            BlobResponse::Full(stream) => (stream, offset),
        };
        Ok(Body { stream, behind })
    }
}

impl Blobs for Registry {
    fn open(&self, name: &str) -> io::Result<Box<dyn Read + Send + '_>> {
        let digest = name.strip_prefix("blobs/").ok_or(io::ErrorKind::NotFound)?.replacen('/', ":", 1);
        let body = self.stream(&digest, 0)?;
        Ok(Box::new(Download { registry: self, digest, body, chunk: Cursor::default(), offset: 0, resumes: 0 }))
    }

    fn manifest(&self, digest: &Digest) -> io::Result<Box<dyn Read + Send + '_>> {
        let reference = self.reference.clone_with_digest(digest.to_string());
        let (bytes, _) = self.pull_manifest(&reference).map_err(io::Error::other)?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}

struct Body {
    stream: SizedStream,
    /// Bytes that come once more and are passed over.
    behind: u64,
}

/// A blob that is taken up again where the connection broke off.
struct Download<'r> {
    registry: &'r Registry,
    digest: String,
    body: Body,
    chunk: Cursor<Vec<u8>>,
    offset: u64,
    resumes: u32,
}

impl Download<'_> {
    /// Gets the next chunk; false at the end.
    fn fetch(&mut self) -> io::Result<bool> {
        loop {
            match self.registry.runtime.block_on(self.body.stream.next()) {
                None => return Ok(false),
                Some(Ok(bytes)) => {
                    let repeated = self.body.behind.min(bytes.len() as u64);
                    self.body.behind -= repeated;
                    self.chunk = Cursor::new(bytes.into());
                    self.chunk.set_position(repeated);
                    if self.chunk.get_ref().len() as u64 > repeated {
                        self.resumes = 0;
                        return Ok(true);
                    }
                }
                // The library checks digests, too; reading again would not change them.
                Some(Err(error)) if self.resumes == MAX_RESUMES || is_digest(&error) => {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("the download broke off at byte {}", self.offset)));
                }
                Some(Err(_)) => {
                    self.resumes += 1;
                    self.body = self.registry.stream(&self.digest, self.offset)?;
                }
            }
        }
    }
}

impl Read for Download<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.position() == self.chunk.get_ref().len() as u64 && !self.fetch()? {
            return Ok(0);
        }
        let read = self.chunk.read(buffer)?;
        self.offset += read as u64;
        Ok(read)
    }
}

fn is_digest(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<oci_client::errors::DigestError>())
}

/// What docker would log in with.
fn credential(host: &str) -> Result<RegistryAuth, String> {
    let server = if host == DOCKER_HUB.0 { DOCKER_HUB.1 } else { host };
    match docker_credential::get_credential(server) {
        Ok(DockerCredential::UsernamePassword(user, password)) => Ok(RegistryAuth::Basic(user, password)),
        Ok(DockerCredential::IdentityToken(_)) => {
            Err(format!("the docker configuration has an identity token for {host}, and only user names with passwords are understood"))
        }
        Err(
            CredentialRetrievalError::NoCredentialConfigured
            | CredentialRetrievalError::ConfigNotFound
            | CredentialRetrievalError::ConfigReadError,
        ) => Ok(RegistryAuth::Anonymous),
        // What a helper says when it has none; what else it prints may be a credential.
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains("credentials not found") => {
            Ok(RegistryAuth::Anonymous)
        }
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
            Err(format!("{helper}, which the docker configuration names, failed"))
        }
        // The library's words may name a byte of it.
        Err(_) => Err(format!("the docker configuration's credential for {host} can't be read; try `docker login {host}`")),
    }
}

/// Whether the registry is on this machine: docker takes these to have no TLS.
fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.starts_with("127.") && name.parse::<std::net::Ipv4Addr>().is_ok() || name == "[::1]"
}
