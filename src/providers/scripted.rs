//! For tests: a server on loopback that answers by a script, byte by byte where it must be odd, and
//! notes what it heard.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The server's reaction to one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A whole answer.
    Whole { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// The request is read, then the connection is closed.
    Cut,
    /// A head and the beginning of a body, then the connection is closed.
    CutInBody { status: u16, body: String },
    /// The request is read and never answered.
    Silence,
    /// A body without an end.
    Endless,
    /// These bytes.
    Raw(Vec<u8>),
}

impl Reply {
    /// A JSON answer.
    pub(crate) fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Whole {
            status,
            headers: vec![("Content-Type", "application/json".to_owned())],
            body: body.into(),
        }
    }

    /// The same answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Whole { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Heard {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter of the query, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        Url::parse("http://x")
            .unwrap()
            .join(&self.target)
            .unwrap()
            .query_pairs()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// The server. It ends with the test's runtime.
pub(crate) struct Scripted {
    pub(crate) url: Url,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Scripted {
    /// Answers the first request with the first reply and so on; the last reply is for all that
    /// follow.
    pub(crate) async fn start(script: Vec<Reply>) -> Self {
        Self::answering(move |turn, _| script.get(turn).or(script.last()).cloned()).await
    }

    /// Answers each request, of which so many were heard before it, by what it asks.
    pub(crate) async fn answering(
        answer: impl Fn(usize, &Heard) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        let answer: Arc<Answer> = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, noted) = (Arc::clone(&answer), Arc::clone(&noted));
                tokio::spawn(async move { serve(stream, &*answer, &noted).await });
            }
        });
        Self { url, heard }
    }

    /// Every request so far.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

/// The reply to a request, of which so many were heard before it.
type Answer = dyn Fn(usize, &Heard) -> Option<Reply> + Send + Sync;

async fn serve(mut stream: TcpStream, answer: &Answer, noted: &Mutex<Vec<Heard>>) -> Option<()> {
    let heard = hear(&mut stream).await?;
    let reply = {
        let mut noted = noted.lock().unwrap();
        let reply = answer(noted.len(), &heard);
        noted.push(heard);
        reply?
    };
    match &reply {
        Reply::Whole { status, headers, body } => {
            let mut head = format!(
                "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.ok()?;
        }
        Reply::Cut => {}
        Reply::CutInBody { status, body } => {
            let text = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}",
                body.len() + 100
            );
            stream.write_all(text.as_bytes()).await.ok()?;
        }
        Reply::Silence => {
            stream.read_to_end(&mut Vec::new()).await.ok()?;
        }
        Reply::Endless => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await
                .ok()?;
            loop {
                stream.write_all(b"8\r\n[[[[[[[[\r\n").await.ok()?;
            }
        }
        Reply::Raw(bytes) => stream.write_all(bytes).await.ok()?,
    }
    stream.shutdown().await.ok()
}

async fn hear(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Heard {
        method,
        target,
        headers,
        body: String::from_utf8_lossy(&bytes[head_end..head_end + length]).into_owned(),
    })
}
