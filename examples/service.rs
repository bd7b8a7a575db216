//! A web service: a submission comes in, its audit goes out, and the status says what became of it.
//!
//! `cargo run --release --example service [-- PORT]`, and `curl --data-binary @01-meets.json localhost:PORT`; without a port it
//! asks itself three times and ends.

use pue::assessment::{Assessment, Options};
use pue::{Outcome, Submission};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{error::Error, thread};

const FILES: [&str; 3] = ["01-meets.json", "02-over-the-limit.json", "../wuhan/truth.json"];

/// 200: judged; 409: judged, and a requirement fails; 422: nothing can be made of it. The body says the rest.
fn answer(body: &[u8], options: &Options) -> (u16, String) {
    let read = Submission::from_json(body).map(|submission| submission.audit_by(options));
    let fails = |audit: &Assessment| audit.verdicts.iter().any(|verdict| verdict.outcome == Outcome::Fails);
    let status = read.as_ref().map_or(422, |audit| if fails(audit) { 409 } else { 200 });
    let answer = read.unwrap_or_else(Assessment::from);
    serde_json::to_string(&answer).map_or((500, String::new()), |body| (status, body))
}

fn serve(mut stream: TcpStream, options: &Options) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0_u64);
    while reader.by_ref().take(8192).read_line(&mut line)? > 2 {
        let header = line.to_ascii_lowercase();
        length = header.strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap_or(0));
        line.clear();
    }
    let mut body = Vec::new();
    reader.take(length.min(1 << 20)).read_to_end(&mut body)?;
    let (status, json) = answer(&body, options);
    write!(
        stream,
        "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let (address, options) = (listener.local_addr()?, Options::default());
    let count = if port == 0 { FILES.len() } else { usize::MAX };
    let service = thread::spawn(move || {
        // A caller that goes away ends its own answer alone.
        listener.incoming().take(count).for_each(|stream| drop(stream.and_then(|stream| serve(stream, &options))));
    });
    for file in FILES.iter().take(if port == 0 { count } else { 0 }) {
        let body = std::fs::read(format!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/submissions/{}"), file))?;
        let mut stream = TcpStream::connect(address)?;
        write!(stream, "POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len())?;
        stream.write_all(&body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        println!("{file}: {}", answer.lines().next().unwrap_or("no answer"));
    }
    Ok(service.join().map_err(|_| "the service ended early")?)
}
