use std::time::Instant;
fn main() {
    let text = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let what = std::env::args().nth(3).unwrap_or_default();
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).take(n).collect();
    let us = |d: std::time::Duration| d.as_secs_f64() * 1e6 / lines.len() as f64;
    if what.is_empty() || what == "p" {
        let t = Instant::now();
        for l in &lines {
            std::hint::black_box(pue::Submission::from_json(l).is_ok());
        }
        println!("parse+drop {:.1}", us(t.elapsed()));
    }
    if what.is_empty() || what == "a" {
        let t = Instant::now();
        for l in &lines {
            std::hint::black_box(pue::submission::audit_json(l, &[]));
        }
        println!("audit {:.1}", us(t.elapsed()));
    }
    if what.is_empty() || what == "w" {
        let t = Instant::now();
        let mut buf = Vec::new();
        for l in &lines {
            buf.clear();
            serde_json::to_writer(&mut buf, &pue::submission::audit_json(l, &[])).unwrap();
        }
        println!("audit+write {:.1}", us(t.elapsed()));
    }
}
