//! Chance, so that instances that were started together do not go on asking together.

use aws_lc_rs::rand;

/// A number from 0 up to but not including 1.
pub(super) fn chance() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness all ask together, which is no reason to ask not at all.
    let _ = rand::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::chance;

    #[test]
    fn chance_is_everything_between_nothing_and_one() {
        let numbers: Vec<f64> = std::iter::repeat_with(chance).take(1000).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.iter().any(|number| *number < 0.1));
        assert!(numbers.iter().any(|number| *number > 0.9));
    }
}
