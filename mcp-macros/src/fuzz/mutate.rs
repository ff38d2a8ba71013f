//! Small changes of token trees, and the way from a failing input to a small one.

use fastrand::Rng;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{case::Case, words};

/// Deeper than anyone writes; the compiler refuses what is much deeper by itself.
const DEEPEST: usize = 48;

/// Changes `tokens` in one place; `donor` gives what is put in.
pub(super) fn mutate(rng: &mut Rng, tokens: TokenStream, donor: &TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    if trees.is_empty() {
        return words::token(rng).into_iter().collect();
    }
    let at = rng.usize(..trees.len());
    if let TokenTree::Group(group) = &trees[at]
        && rng.u8(..10) < 8
    {
        let inner = mutate(rng, group.stream(), donor);
        trees[at] = TokenTree::Group(Group::new(group.delimiter(), inner));
        return trees.into_iter().collect();
    }
    match rng.u8(..9) {
        0 | 1 => drop(trees.remove(at)),
        2 => trees.insert(at, trees[at].clone()),
        3 => {
            let other = rng.usize(..trees.len());
            trees.swap(at, other);
        }
        4 | 5 => drop(trees.splice(at..=at, words::token(rng))),
        6 => drop(trees.splice(at..at, words::token(rng))),
        7 => {
            let donated = subtree(rng, donor.clone(), 0);
            trees.splice(at..=at, donated);
        }
        _ => regroup(rng, &mut trees, at),
    }
    whole(trees)
}

/// The tokens without a `'` that begins no lifetime, which no compiler hands to a macro.
fn whole(trees: Vec<TokenTree>) -> TokenStream {
    let mut trees = trees.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(tree) = trees.next() {
        let is_quote = matches!(&tree, TokenTree::Punct(mark) if mark.as_char() == '\'');
        if !is_quote || matches!(trees.peek(), Some(TokenTree::Ident(_))) {
            kept.push(tree);
        }
    }
    kept.into_iter().collect()
}

/// Takes a group apart, or puts one around a token.
fn regroup(rng: &mut Rng, trees: &mut Vec<TokenTree>, at: usize) {
    const DELIMITERS: [Delimiter; 4] =
        [Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::Brace, Delimiter::None];
    if let TokenTree::Group(group) = &trees[at]
        && rng.bool()
    {
        let inner = group.stream();
        trees.splice(at..=at, inner);
        return;
    }
    let delimiter = DELIMITERS[rng.usize(..4)];
    let deep = if rng.u8(..20) == 0 { DEEPEST } else { 1 };
    for _ in 0..deep {
        trees[at] = TokenTree::Group(Group::new(delimiter, trees[at].clone().into()));
    }
}

/// One token of `tokens`, at any depth, or all that is in a group of it.
fn subtree(rng: &mut Rng, tokens: TokenStream, depth: usize) -> Vec<TokenTree> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let Some(tree) = rng.choice(trees) else {
        return Vec::new();
    };
    match &tree {
        TokenTree::Group(group) if depth < DEEPEST && rng.u8(..4) > 0 => {
            if rng.u8(..4) == 0 {
                return group.stream().into_iter().collect();
            }
            subtree(rng, group.stream(), depth + 1)
        }
        _ => vec![tree],
    }
}

/// The smallest case found that still fails, by leaving tokens out.
pub(super) fn smallest(case: Case, fails: &dyn Fn(&Case) -> bool) -> Case {
    let mut best = case;
    loop {
        let smaller = |tokens: &TokenStream| smaller(tokens.clone());
        let arguments = smaller(&best.arguments).into_iter();
        let arguments = arguments.map(|arguments| Case { arguments, ..best.clone() });
        let items = smaller(&best.item).into_iter().map(|item| Case { item, ..best.clone() });
        let Some(next) = arguments.chain(items).find(fails) else {
            return best;
        };
        best = next;
    }
}

/// Everything that is `tokens` without one token, or with one group taken apart; large parts first.
fn smaller(tokens: TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let without =
        |from: usize, to: usize| whole(trees[..from].iter().chain(&trees[to..]).cloned().collect());
    let mut all = Vec::new();
    let mut length = trees.len();
    while length > 0 {
        let starts = (0..trees.len()).step_by(length);
        all.extend(starts.map(|from| without(from, (from + length).min(trees.len()))));
        length /= 2;
    }
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let with = |inner: TokenStream| {
            let before = trees[..at].iter().cloned();
            before.chain(inner).chain(trees[at + 1..].iter().cloned()).collect::<TokenStream>()
        };
        all.push(with(group.stream()));
        let inner = smaller(group.stream()).into_iter();
        all.extend(
            inner.map(|inner| with(TokenTree::Group(Group::new(group.delimiter(), inner)).into())),
        );
    }
    all
}
