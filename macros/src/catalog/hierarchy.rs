//! What follows from what.

use super::attr::VariantAttr;
use crate::errors::Errors;
use syn::Ident;

/// Everything that follows from `from`, in the order of the variants, without `from` itself.
pub(super) fn reached(from: usize, implies: &[Vec<(usize, Ident)>]) -> Vec<usize> {
    let mut reached = vec![false; implies.len()];
    let mut pending = vec![from];
    while let Some(next) = pending.pop() {
        for (to, _) in implies.get(next).into_iter().flatten() {
            if let Some(seen @ false) = reached.get_mut(*to) {
                *seen = true;
                pending.push(*to);
            }
        }
    }
    let numbers = reached.iter().enumerate();
    let numbers = numbers.filter_map(|(number, seen)| (*seen && number != from).then_some(number));
    numbers.collect()
}

/// Nothing implies itself by way of others: they would be one and the same, under several names.
///
/// A circle is reported once, where it is closed: at the last implication of those that lead from its first variant back to it.
pub(super) fn check_cycles(
    written: &[(&syn::Variant, Option<VariantAttr>)],
    implies: &[Vec<(usize, Ident)>],
    errors: &mut Errors,
) {
    let mut done = vec![false; implies.len()];
    for start in 0..implies.len() {
        let mut path = Vec::new();
        follow(start, implies, &mut done, &mut path, &mut |circle, closing| {
            let name = |number: &usize| written.get(*number).map(|(variant, _)| variant.ident.to_string());
            let names: Vec<_> = circle.iter().filter_map(name).collect();
            let message = format!(
                "this closes a circle: `{}` implies `{closing}`\nhelp: remove `{closing}` here, or make one variant of them",
                names.join("` implies `"),
            );
            errors.at(closing, message);
        });
    }
}

fn follow(
    at: usize,
    implies: &[Vec<(usize, Ident)>],
    done: &mut Vec<bool>,
    path: &mut Vec<usize>,
    report: &mut dyn FnMut(&[usize], &Ident),
) {
    if done.get(at).copied().unwrap_or(true) {
        return;
    }
    path.push(at);
    for (to, ident) in implies.get(at).into_iter().flatten() {
        match path.iter().position(|before| before == to) {
            Some(begin) => report(path.get(begin..).unwrap_or_default(), ident),
            None => follow(*to, implies, done, path, report),
        }
    }
    path.pop();
    if let Some(done) = done.get_mut(at) {
        *done = true;
    }
}

#[cfg(test)]
mod tests {
    use super::reached;
    use proc_macro2::Span;
    use syn::Ident;

    fn graph(edges: &[&[usize]]) -> Vec<Vec<(usize, Ident)>> {
        let ident = || Ident::new("x", Span::call_site());
        edges
            .iter()
            .map(|to| to.iter().map(|to| (*to, ident())).collect())
            .collect()
    }

    /// Against all graphs without circles of five variants: 2 to the power of 10.
    #[test]
    fn mcp_45_what_is_reached_is_the_transitive_closure() {
        let pairs: Vec<(usize, usize)> = (0..5).flat_map(|to| (to + 1..5).map(move |from| (from, to))).collect();
        for bits in 0..1_u32 << pairs.len() {
            let mut edges = vec![Vec::new(); 5];
            let mut naive = [[false; 5]; 5];
            for (bit, (from, to)) in pairs.iter().enumerate() {
                if bits >> bit & 1 == 1 {
                    edges[*from].push(*to);
                    naive[*from][*to] = true;
                }
            }
            for by in 0..5 {
                for from in 0..5 {
                    for to in 0..5 {
                        naive[from][to] |= naive[from][by] && naive[by][to];
                    }
                }
            }
            let edges: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
            let graph = graph(&edges);
            for (from, naive) in naive.iter().enumerate() {
                let expected: Vec<_> = (0..5).filter(|to| naive[*to]).collect();
                assert_eq!(reached(from, &graph), expected, "{edges:?}");
            }
        }
    }

    #[test]
    fn a_circle_is_gone_round_once() {
        let graph = graph(&[&[1], &[2], &[0]]);
        assert_eq!(reached(0, &graph), [1, 2]);
    }
}
