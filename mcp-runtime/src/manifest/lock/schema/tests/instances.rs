//! Random values that are likely to be valid, and likely to lie at an edge.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::random::pick;

/// Makes values of a schema from what two schemas speak of.
pub(super) struct Instances<'a> {
    root: &'a Map<String, Value>,
    numbers: Vec<Value>,
    names: Vec<String>,
}

impl<'a> Instances<'a> {
    pub(super) fn new(root: &'a Map<String, Value>, other: &Map<String, Value>) -> Self {
        let mut numbers = vec![json!(0), json!(0.5), json!(1), json!(-1), json!(256), json!(300)];
        for schema in [root, other] {
            spoken(&Value::Object(schema.clone()), &mut numbers);
        }
        let names = ["a", "b", "c", "kind", "next", "node", "other"].map(String::from).into();
        Self { root, numbers, names }
    }

    pub(super) fn one(&self, random: &mut Rng) -> Value {
        let root = Value::Object(self.root.clone());
        self.of(&root, random, 5)
    }

    fn of(&self, schema: &Value, random: &mut Rng, depth: u8) -> Value {
        if depth == 0 || random.u8(..24) == 0 {
            return self.any(random, depth);
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = Value::Object(self.root.clone()).pointer(&reference[1..]).cloned();
            return self.of(&target.unwrap_or_default(), random, depth - 1);
        }
        for keyword in ["enum", "anyOf", "oneOf"] {
            if let Some(Value::Array(all)) = schema.get(keyword).filter(|one| **one != json!([])) {
                let one = pick(random, all);
                return if keyword == "enum" { one.clone() } else { self.of(one, random, depth) };
            }
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        let ty = match schema.get("type") {
            Some(Value::Array(types)) => pick(random, types).clone(),
            Some(ty) => ty.clone(),
            None if schema.get("properties").is_some() => json!("object"),
            None => return self.any(random, depth),
        };
        match ty.as_str().unwrap_or_default() {
            "null" => Value::Null,
            "boolean" => json!(random.bool()),
            "integer" | "number" => pick(random, &self.numbers).clone(),
            "string" => json!(text(random)),
            "array" => self.array(schema, random, depth),
            _ => self.object(schema, random, depth),
        }
    }

    fn array(&self, schema: &Value, random: &mut Rng, depth: u8) -> Value {
        let anything = json!({});
        let at = |index: usize| {
            let prefix = schema.get("prefixItems").and_then(|prefix| prefix.get(index));
            prefix.or(schema.get("items")).unwrap_or(&anything)
        };
        (0..random.usize(..4)).map(|index| self.of(at(index), random, depth - 1)).collect()
    }

    fn object(&self, schema: &Value, random: &mut Rng, depth: u8) -> Value {
        let mut object = Map::new();
        let required = schema.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        for (name, property) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            if is_required(name) || random.bool() {
                object.insert(name.clone(), self.of(property, random, depth - 1));
            }
        }
        let anything = json!({});
        let others = schema.get("additionalProperties").unwrap_or(&anything);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                object.insert(name.into(), self.of(others, random, depth - 1));
            }
        }
        if others != &json!(false) && random.u8(..3) == 0 {
            let name = pick(random, &self.names).clone();
            let value = self.of(others, random, depth - 1);
            object.entry(name).or_insert(value);
        }
        Value::Object(object)
    }

    fn any(&self, random: &mut Rng, depth: u8) -> Value {
        match random.u8(..if depth == 0 { 4 } else { 6 }) {
            0 => Value::Null,
            1 => json!(random.bool()),
            2 => pick(random, &self.numbers).clone(),
            3 => json!(text(random)),
            4 => json!([self.any(random, depth - 1)]),
            _ => json!({ pick(random, &self.names).clone(): self.any(random, depth - 1) }),
        }
    }
}

fn text(random: &mut Rng) -> String {
    let texts = ["", "a", "b", "cc", "ddd", "ab", "aaaa", "2026-01-31", "10.0.0.1", "żółw"];
    (*pick(random, &texts)).to_owned()
}

/// The numbers of a schema, and those beside them.
fn spoken(value: &Value, numbers: &mut Vec<Value>) {
    match value {
        Value::Number(number) => {
            numbers.push(value.clone());
            if let Some(whole) = number.as_i64() {
                numbers.extend([
                    json!(whole - 1),
                    json!(whole + 1),
                    json!(number.as_f64().unwrap_or_default() + 0.25),
                ]);
            }
        }
        Value::Array(all) => all.iter().for_each(|one| spoken(one, numbers)),
        Value::Object(all) => all.values().for_each(|one| spoken(one, numbers)),
        _ => {}
    }
}
