//! Random numbers from a seed that comes in: SplitMix-seeded xoshiro256++ (public domain algorithm by Blackman and
//! Vigna). Good for ids and jitter; not for keys.

/// A generator. The seed decides everything, which is what lets a simulation be replayed.
#[derive(Clone, Debug)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// From 32 bytes of the system's randomness, or of a test's choice.
    pub fn new(seed: [u8; 32]) -> Random {
        let mut state = [0u64; 4];
        let mut mixed = 0u64;
        for (word, chunk) in state.iter_mut().zip(seed.chunks_exact(8)) {
            let bits = chunk
                .iter()
                .fold(0, |word, byte| (word << 8) | u64::from(*byte));
            mixed = split_mix(mixed ^ bits);
            *word = mixed;
        }
        Random { state }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let out = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        out
    }

    /// A version 4 UUID (RFC 9562 §5.4).
    pub fn uuid(&mut self) -> String {
        let mut bytes = [0u8; 16];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.bits().to_be_bytes());
        }
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }
}

/// One step of SplitMix64: seeds that differ in one bit give states that have nothing in common, and never all zeros
/// four times over.
fn split_mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
