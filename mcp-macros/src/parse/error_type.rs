//! The type under `#[derive(ToolError)]`.

use proc_macro2::TokenStream;
use syn::{
    Attribute, Data, DeriveInput, Fields, Ident, Member, Path, Variant, spanned::Spanned as _,
};

use super::{entries::Entries, keys, reader::is, runtime};
use crate::{
    diag::Diagnostics,
    model::parsed::{ErrorAttribute, ErrorField, ErrorType, ErrorVariant},
};

const OWNER: &str = "tool_error";

/// Reads the type and its helper attributes; `None` if the tokens are no type.
pub(crate) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Option<ErrorType> {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => {
            diagnostics.syntax(&error);
            return None;
        }
    };
    let before = diagnostics.len();
    let mut entries = entries(&input.attrs, diagnostics);
    let runtime = runtime::parse(&mut entries, diagnostics);
    let variants = match input.data {
        Data::Enum(data) => {
            entries.finish(
                "belongs on a variant, not on the enum",
                "move the attribute above the variant that it is about",
                diagnostics,
            );
            data.variants
                .into_iter()
                .map(|variant| read_variant(&input.ident, variant, diagnostics))
                .collect()
        }
        Data::Struct(data) => {
            // `crate = …` alone says where the runtime is and nothing about the error.
            let word = word(&input.attrs).filter(|_| runtime.is_none() || !entries.is_empty());
            vec![ErrorVariant {
                path: input.ident.clone().into(),
                fields: read_fields(data.fields, diagnostics),
                attribute: word.map(|word| attribute(word, entries, before, diagnostics)),
                ident: input.ident.clone(),
            }]
        }
        Data::Union(data) => {
            diagnostics
                .error(data.union_token, "`#[derive(ToolError)]` needs an enum or a struct")
                .help("a union doesn't know which of its fields it holds");
            Vec::new()
        }
    };
    Some(ErrorType { ident: input.ident, generics: input.generics, runtime, variants })
}

fn read_variant(owner: &Ident, variant: Variant, diagnostics: &mut Diagnostics) -> ErrorVariant {
    let attribute = word(&variant.attrs).map(|word| {
        let before = diagnostics.len();
        let mut entries = entries(&variant.attrs, diagnostics);
        if let Some(path) = entries.path("crate", diagnostics) {
            diagnostics
                .error(path.key, "`crate` belongs on the enum, not on a variant")
                .help("move it: `#[tool_error(crate = …)]` above the enum");
        }
        attribute(word, entries, before, diagnostics)
    });
    ErrorVariant {
        path: path(owner, &variant.ident),
        fields: read_fields(variant.fields, diagnostics),
        attribute,
        ident: variant.ident,
    }
}

/// The word `tool_error` of the first attribute.
fn word(attributes: &[Attribute]) -> Option<Path> {
    let ours = attributes.iter().find(|attribute| is(attribute, OWNER))?;
    Some(ours.path().clone())
}

fn path(owner: &Ident, variant: &Ident) -> Path {
    let mut path = Path::from(owner.clone());
    path.segments.push(variant.clone().into());
    path
}

fn entries(attributes: &[Attribute], diagnostics: &mut Diagnostics) -> Entries {
    let ours = attributes.iter().filter(|attribute| is(attribute, OWNER));
    Entries::parse_attributes(OWNER, keys::TOOL_ERROR, ours, diagnostics)
}

fn attribute(
    word: Path,
    mut entries: Entries,
    before: usize,
    diagnostics: &mut Diagnostics,
) -> ErrorAttribute {
    let mut attribute = ErrorAttribute {
        code: entries.string("code", diagnostics),
        message: entries.string("message", diagnostics),
        retryable: entries.flag("retryable", diagnostics),
        retry_after: entries.duration("retry_after", diagnostics),
        effect: entries.string("effect", diagnostics),
        next: entries.string("next", diagnostics),
        transparent: entries.flag("transparent", diagnostics),
        word,
        intact: true,
    };
    entries.finish("has no effect here", "remove it", diagnostics);
    attribute.intact = diagnostics.len() == before;
    attribute
}

fn read_fields(fields: Fields, diagnostics: &mut Diagnostics) -> Vec<ErrorField> {
    fields
        .into_iter()
        .enumerate()
        .map(|(index, field)| {
            for attribute in field.attrs.iter().filter(|attribute| is(attribute, OWNER)) {
                diagnostics
                    .error(
                        attribute.path(),
                        "`#[tool_error]` belongs on the variant, not on its field",
                    )
                    .help("move the attribute above the variant");
            }
            let member = match field.ident {
                Some(ident) => Member::Named(ident),
                None => Member::Unnamed(syn::Index {
                    index: u32::try_from(index).unwrap_or(u32::MAX),
                    span: field.ty.span(),
                }),
            };
            ErrorField { member, ty: field.ty }
        })
        .collect()
}
