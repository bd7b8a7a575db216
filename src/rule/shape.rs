//! What of some JSON has not the shape of a pack: every part is tried on its own, in the place of the same part of one that is
//! fine, so that one fault does not hide another.

use super::{Benchmark, PackDraft, Requirement, ScaleClass};
use crate::{
    finding::{Code, Finding},
    place::Place,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// All faults of the shape; `whole` is what serde says of the whole.
pub(super) fn faults(json: &[u8], whole: &serde_json::Error) -> Vec<Finding> {
    let syntax = |error: &serde_json::Error| {
        let finding = Finding::new(Code::JsonSyntax).detail(error.to_string(), error.to_string());
        vec![Finding { line: Some(error.line() as u64), column: Some(error.column() as u64), ..finding }]
    };
    let value = match serde_json::from_slice::<Value>(json) {
        Ok(value) => value,
        Err(error) => return syntax(&error),
    };
    let mut faults = Vec::new();
    let lists: [(&str, Tried); 3] = [
        ("requirements", Tried { fine: fine_requirement(), fits: fits::<Requirement> }),
        ("comparisons", Tried { fine: fine_comparison(), fits: fits::<Benchmark> }),
        ("scale", Tried { fine: fine_class(), fits: fits::<ScaleClass> }),
    ];
    let Value::Object(parts) = &value else {
        return vec![fault(Place::WHOLE, &whole.to_string())];
    };
    let mut others = Map::new();
    for (key, part) in parts {
        match (lists.iter().find(|(list, _)| list == key), part) {
            (Some((list, tried)), Value::Array(items)) => {
                for (i, item) in items.iter().enumerate() {
                    tried.parts(item, &Place::WHOLE.key(*list).item(i), &mut faults);
                }
            }
            _ => drop(others.insert(key.clone(), part.clone())),
        }
    }
    Tried { fine: fine_pack(), fits: fits::<PackDraft> }.parts(&Value::Object(others), &Place::WHOLE, &mut faults);
    // What only the text shows: a key that is there twice.
    if faults.is_empty() { syntax(whole) } else { Finding::gather(faults) }
}

/// A kind of object: one that is fine, and whether another one is.
struct Tried {
    fine: Value,
    fits: fn(&Value) -> Result<(), String>,
}

impl Tried {
    /// Tries each part of an object.
    fn parts(&self, value: &Value, at: &Place, faults: &mut Vec<Finding>) {
        let (Value::Object(parts), Value::Object(fine)) = (value, &self.fine) else {
            return faults.extend((self.fits)(value).err().map(|said| fault(at.clone(), &said)));
        };
        let mut attempt = |key: &str, change: &dyn Fn(&mut Map<String, Value>)| {
            let mut object = fine.clone();
            change(&mut object);
            if let Err(said) = (self.fits)(&Value::Object(object)) {
                faults.push(fault(at.clone().key(key.to_owned()), &said));
            }
        };
        for (key, part) in parts {
            attempt(key, &|object| drop(object.insert(key.clone(), part.clone())));
        }
        for key in fine.keys().filter(|key| !parts.contains_key(*key)) {
            attempt(key, &|object| drop(object.remove(key)));
        }
    }
}

fn fits<T: DeserializeOwned>(value: &Value) -> Result<(), String> {
    T::deserialize(value).map(drop).map_err(|error| error.to_string())
}

fn fault(at: Place, said: &str) -> Finding {
    Finding::new(Code::PackInvalid).place(at).detail(format!("格式不符（{said}）"), said)
}

fn fine_pack() -> Value {
    json!({
        "schema": "", "id": "", "edition": "", "title": "", "issuer": "", "number": "", "from": "0001-01-01",
        "jurisdiction": [], "scale": [], "requirements": [],
    })
}

fn fine_requirement() -> Value {
    json!({
        "id": "", "nature": "unstated", "scope": "always", "check": {"attested": {"what": ""}},
        "source": {"clause": "", "basis": "official"},
    })
}

fn fine_comparison() -> Value {
    json!({
        "id": "", "scope": "always", "check": {"attested": {"what": ""}}, "clause": "", "basis": "official",
        "why_not_judged": "",
    })
}

fn fine_class() -> Value {
    json!({"class": "large", "relation": "at_least", "racks": "1"})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fine_is_fine() {
        fits::<PackDraft>(&fine_pack()).unwrap();
        fits::<Requirement>(&fine_requirement()).unwrap();
        fits::<Benchmark>(&fine_comparison()).unwrap();
        fits::<ScaleClass>(&fine_class()).unwrap();
    }
}
