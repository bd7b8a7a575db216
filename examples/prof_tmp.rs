use std::time::Instant;
fn main() {
    let text = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).collect();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let lines = &lines[..n.min(lines.len())];
    let t = Instant::now();
    let subs: Vec<_> = lines.iter().map(|l| pue::Submission::from_json(l)).collect();
    let parse = t.elapsed();
    drop(subs);
    let t = Instant::now();
    for l in lines { std::hint::black_box(pue::Submission::from_json(l).is_ok()); }
    let parse_drop = t.elapsed();
    let t = Instant::now();
    for l in lines { std::hint::black_box(pue::submission::audit_json(l, &[])); }
    let audit = t.elapsed();
    let t = Instant::now();
    let mut bytes = 0;
    let mut buf = Vec::new();
    for l in lines { buf.clear(); serde_json::to_writer(&mut buf, &pue::submission::audit_json(l, &[])).unwrap(); bytes += buf.len(); }
    let write = t.elapsed();
    let t = Instant::now();
    for l in lines { std::hint::black_box(serde_json::from_slice::<serde::de::IgnoredAny>(l).is_ok()); }
    let ignored = t.elapsed();
    let us = |d: std::time::Duration| d.as_secs_f64() * 1e6 / lines.len() as f64;
    println!("parse keep {:.1} parse+drop {:.1} audit {:.1} audit+write {:.1} ignored {:.1} bytes {}", us(parse), us(parse_drop), us(audit), us(write), us(ignored), bytes / lines.len());
}
