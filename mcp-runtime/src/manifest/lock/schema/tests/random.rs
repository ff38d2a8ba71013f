//! Random schemas of the subset that a server writes, and random edits of them.

use fastrand::Rng;
use serde_json::{Map, Value, json};

const NAMES: [&str; 4] = ["a", "b", "c", "kind"];
const WORDS: [&str; 4] = ["a", "b", "cc", "ddd"];

pub(super) fn pick<'a, T>(random: &mut Rng, all: &'a [T]) -> &'a T {
    &all[random.usize(..all.len())]
}

/// An input or output schema, sometimes of a recursive type.
pub(super) fn root(random: &mut Rng) -> Map<String, Value> {
    let mut root = object(random, 3);
    if random.u8(..3) == 0 {
        let mut node = object(random, 1);
        let next = match random.u8(..3) {
            0 => json!({ "type": "array", "items": { "$ref": "#/$defs/Node" } }),
            1 => json!({ "anyOf": [{ "$ref": "#/$defs/Node" }, { "type": "null" }] }),
            _ => json!({ "$ref": "#/$defs/Node" }),
        };
        insert(&mut node, "properties", "next", next);
        insert(&mut root, "properties", "node", json!({ "$ref": "#/$defs/Node" }));
        root["$defs"] = json!({ "Node": node });
    }
    match root {
        Value::Object(root) => root,
        _ => Map::new(),
    }
}

fn insert(schema: &mut Value, keyword: &str, name: &str, value: Value) {
    if schema.get(keyword).is_none_or(|one| !one.is_object()) {
        schema[keyword] = json!({});
    }
    schema[keyword][name] = value;
}

pub(super) fn schema(random: &mut Rng, depth: u8) -> Value {
    match random.u8(..if depth == 0 { 9 } else { 15 }) {
        0 => json!({ "type": "boolean" }),
        1 | 2 => number(random),
        3 | 4 => text(random),
        5 => json!({ "type": "string", "enum": some(random, &WORDS) }),
        6 => {
            let consts = some(random, &WORDS).into_iter().map(|one| json!({ "const": one }));
            json!({ "oneOf": consts.collect::<Vec<_>>() })
        }
        7 => json!({ "type": ["string", "null"] }),
        8 => json!({}),
        9 => array(random, depth - 1),
        10 | 11 => object(random, depth - 1),
        12 => json!({ "anyOf": [schema(random, depth - 1), { "type": "null" }] }),
        13 => {
            let forms = some(random, &NAMES).into_iter().map(|tag| {
                let of = schema(random, depth - 1);
                json!({
                    "type": "object", "properties": { tag: of }, "required": [tag],
                    "additionalProperties": false,
                })
            });
            json!({ "oneOf": forms.collect::<Vec<_>>() })
        }
        _ => {
            let forms = some(random, &WORDS).into_iter().map(|kind| {
                let mut form = object(random, depth - 1);
                insert(&mut form, "properties", "kind", json!({ "type": "string", "const": kind }));
                form["required"] = json!(["kind"]);
                form
            });
            json!({ "oneOf": forms.collect::<Vec<_>>() })
        }
    }
}

/// At least one.
fn some<'a>(random: &mut Rng, all: &[&'a str]) -> Vec<&'a str> {
    let mut kept: Vec<&str> = all.iter().copied().filter(|_| random.bool()).collect();
    if kept.is_empty() {
        kept.push(*pick(random, all));
    }
    kept
}

fn number(random: &mut Rng) -> Value {
    let mut schema = json!({ "type": if random.bool() { "integer" } else { "number" } });
    if schema["type"] == "integer" && random.bool() {
        schema["format"] = json!(pick(random, &["uint8", "int8", "int32", "uint64"]));
    }
    for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
        if random.u8(..4) == 0 {
            schema[keyword] = bound(random);
        }
    }
    schema
}

fn bound(random: &mut Rng) -> Value {
    let bounds = [json!(-1), json!(0), json!(1), json!(2.5), json!(3), json!(127), json!(255)];
    pick(random, &bounds).clone()
}

fn text(random: &mut Rng) -> Value {
    let mut schema = json!({ "type": "string" });
    for keyword in ["minLength", "maxLength"] {
        if random.u8(..3) == 0 {
            schema[keyword] = json!(random.u8(..4));
        }
    }
    match random.u8(..5) {
        0 => schema["pattern"] = json!(pick(random, &["^a", "b$", "."])),
        1 => schema["format"] = json!(pick(random, &["date", "ipv4"])),
        _ => {}
    }
    schema
}

fn array(random: &mut Rng, depth: u8) -> Value {
    let mut array = json!({ "type": "array" });
    if random.u8(..4) > 0 {
        array["items"] = schema(random, depth);
    }
    if random.u8(..3) == 0 {
        array["prefixItems"] = json!([schema(random, depth), schema(random, depth)]);
    }
    for keyword in ["minItems", "maxItems"] {
        if random.u8(..4) == 0 {
            array[keyword] = json!(random.u8(..4));
        }
    }
    if random.u8(..6) == 0 {
        array["uniqueItems"] = json!(random.bool());
    }
    array
}

fn object(random: &mut Rng, depth: u8) -> Value {
    let mut object = json!({ "type": "object" });
    for name in NAMES {
        if random.bool() {
            let property = schema(random, depth);
            insert(&mut object, "properties", name, property);
        }
    }
    if random.bool() {
        object["required"] = json!(some(random, &NAMES));
    }
    match random.u8(..5) {
        0 => object["additionalProperties"] = schema(random, depth.saturating_sub(1)),
        1 => object["patternProperties"] = json!({ "^c": schema(random, 0) }),
        2 | 3 => object["additionalProperties"] = json!(false),
        _ => {}
    }
    object
}

/// A few edits, mostly small ones.
pub(super) fn edited(root: &Map<String, Value>, random: &mut Rng) -> Map<String, Value> {
    let mut edited = Value::Object(root.clone());
    for _ in 0..=random.u8(..3) {
        let mut places = Vec::new();
        subschemas(&edited, String::new(), &mut places);
        let place = pick(random, &places).clone();
        if let Some(schema) = edited.pointer_mut(&place) {
            edit(schema, random);
        }
    }
    match edited {
        Value::Object(edited) => edited,
        _ => root.clone(),
    }
}

pub(super) fn subschemas(schema: &Value, at: String, all: &mut Vec<String>) {
    for keyword in ["items", "additionalProperties"] {
        if let Some(one @ Value::Object(_)) = schema.get(keyword) {
            subschemas(one, format!("{at}/{keyword}"), all);
        }
    }
    for keyword in ["prefixItems", "anyOf", "oneOf"] {
        for (index, one) in
            schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            subschemas(one, format!("{at}/{keyword}/{index}"), all);
        }
    }
    for keyword in ["properties", "patternProperties", "$defs"] {
        for (name, one) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            subschemas(one, format!("{at}/{keyword}/{name}"), all);
        }
    }
    all.push(at);
}

fn edit(schema: &mut Value, random: &mut Rng) {
    let Value::Object(keywords) = schema else { return };
    match random.u8(..13) {
        0 => {
            let names: Vec<String> =
                keywords.keys().filter(|key| *key != "$defs").cloned().collect();
            if let Some(name) = (!names.is_empty()).then(|| pick(random, &names)) {
                keywords.remove(name);
            }
        }
        1 | 2 => {
            for keyword in ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"]
            {
                if keywords.contains_key(keyword) {
                    keywords.insert(keyword.into(), json!(random.u8(..5)));
                }
            }
        }
        3 | 4 => {
            let name: &str = pick::<&str>(random, &NAMES);
            let property = self::schema(random, 1);
            insert(schema, "properties", name, property);
        }
        5 => {
            if let Some(Value::Object(all)) = keywords.get_mut("properties") {
                all.remove(*pick(random, &NAMES));
            }
        }
        6 => drop(keywords.insert("required".into(), json!(some(random, &NAMES)))),
        7 => drop(keywords.insert("additionalProperties".into(), json!(random.bool()))),
        8 => drop(keywords.insert("enum".into(), json!(some(random, &WORDS)))),
        9 if !keywords.contains_key("$defs") => {
            *schema = json!({ "anyOf": [schema.clone(), { "type": "null" }] });
        }
        10 => {
            for keyword in ["anyOf", "oneOf", "prefixItems"] {
                if let Some(Value::Array(all)) = keywords.get_mut(keyword) {
                    if random.bool() {
                        all.push(self::schema(random, 1));
                    } else if all.len() > 1 {
                        all.remove(random.usize(..all.len()));
                    }
                }
            }
        }
        11 => {
            let types =
                [json!("integer"), json!("number"), json!(["string", "null"]), json!("object")];
            if keywords.contains_key("type") {
                keywords.insert("type".into(), pick(random, &types).clone());
            }
        }
        _ => drop(keywords.insert("description".into(), json!("x"))),
    }
}
