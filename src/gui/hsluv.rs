//! HSLuv (<https://www.hsluv.org>, revision 4): hue, saturation and lightness as people see them. XEP-0392 §5.2 makes
//! the colours of people with it.

/// From linear XYZ (D65) to linear sRGB.
const M: [[f64; 3]; 3] = [
    [
        3.240_969_941_904_521,
        -1.537_383_177_570_093,
        -0.498_610_760_293,
    ],
    [
        -0.969_243_636_280_87,
        1.875_967_501_507_72,
        0.041_555_057_407_175,
    ],
    [
        0.055_630_079_696_993,
        -0.203_976_958_888_97,
        1.056_971_514_242_878,
    ],
];
const WHITE_U: f64 = 0.197_830_006_642_83;
const WHITE_V: f64 = 0.468_319_994_938_79;
const KAPPA: f64 = 903.296_296_2;
const EPSILON: f64 = 0.008_856_451_6;

/// Red, green and blue from 0 to 1. Hue in degrees, lightness from 0 to 100; saturation is full.
pub fn to_rgb(hue: f64, lightness: f64) -> [f64; 3] {
    let hue = hue.to_radians();
    let chroma = most_chroma(lightness, hue);
    let (u, v) = (chroma * hue.cos(), chroma * hue.sin());
    to_xyz(lightness, u, v).map_or([0.0; 3], |xyz| {
        M.map(|row| {
            let linear: f64 = row
                .iter()
                .zip(xyz)
                .map(|(factor, part)| factor * part)
                .sum();
            gamma(linear).clamp(0.0, 1.0)
        })
    })
}

/// The most chroma that sRGB has at a lightness in the direction of a hue: where the ray leaves the solid first.
fn most_chroma(lightness: f64, hue: f64) -> f64 {
    let cube = (lightness + 16.0).powi(3) / 1_560_896.0;
    let y = if cube > EPSILON {
        cube
    } else {
        lightness / KAPPA
    };
    let mut least = f64::INFINITY;
    for [m1, m2, m3] in M {
        for edge in [0.0, 1.0] {
            let top1 = (284_517.0 * m1 - 94_839.0 * m3) * y;
            let top2 = (838_422.0 * m3 + 769_860.0 * m2 + 731_718.0 * m1) * lightness * y
                - 769_860.0 * edge * lightness;
            let bottom = (632_260.0 * m3 - 126_452.0 * m2) * y + 126_452.0 * edge;
            let (slope, intercept) = (top1 / bottom, top2 / bottom);
            let length = intercept / (hue.sin() - slope * hue.cos());
            if length >= 0.0 {
                least = least.min(length);
            }
        }
    }
    if least.is_finite() { least } else { 0.0 }
}

fn to_xyz(lightness: f64, u: f64, v: f64) -> Option<[f64; 3]> {
    if lightness <= 0.0 {
        return None;
    }
    let u = u / (13.0 * lightness) + WHITE_U;
    let v = v / (13.0 * lightness) + WHITE_V;
    let y = if lightness > 8.0 {
        ((lightness + 16.0) / 116.0).powi(3)
    } else {
        lightness / KAPPA
    };
    let x = y * 9.0 * u / (4.0 * v);
    let z = y * (12.0 - 3.0 * u - 20.0 * v) / (4.0 * v);
    Some([x, y, z])
}

fn gamma(linear: f64) -> f64 {
    if linear <= 0.003_130_8 {
        12.92 * linear
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}
