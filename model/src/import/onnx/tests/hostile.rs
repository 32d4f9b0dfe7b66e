//! Files that are damaged or lie.

use super::super::proto::{Tensor, element};
use super::{Net, from_onnx, lowered, refusal};
use crate::reference::Evaluator;

/// A small network with most operators.
fn varied() -> Net {
    let mut net = Net::quantized(&[1, 2, 6, 6]);
    net.weights("w", &[4, 2, 3, 3], &[3; 72], 0.25);
    net.bias("bias", &[4], &[1, 2, 3, 4], 0.125);
    net.node("Conv", &["xd", "w", "bias"], "c").ints("pads", &[1, 1, 1, 1]).ints("strides", &[2, 2]);
    net.node("Relu", &["c"], "r");
    net.quantize("r", "rq", 0.5, -128);
    net.dequantize("rq", "rd", 0.5, -128);
    net.node("MaxPool", &["rd"], "m").ints("kernel_shape", &[1, 1]);
    net.node("Concat", &["m", "rd"], "cc").int("axis", 1);
    net.quantize("cc", "cq", 0.5, -128);
    net.node("Transpose", &["cq"], "t").ints("perm", &[0, 2, 3, 1]);
    net.dequantize("t", "td", 0.5, -128);
    net.int64("to", &[1, -1]);
    net.node("Reshape", &["td", "to"], "f");
    net.weights("v", &[72, 2], &[1; 144], 0.25);
    net.node("MatMul", &["f", "v"], "p");
    net.finish("p");
    net
}

/// Random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn random_changes_never_panic() {
    let bytes = varied().bytes();
    lowered(&varied());
    let (mut random, mut accepted) = (Random(0x2545_f491_4f6c_dd1d), 0);
    for _ in 0..20_000 {
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256) as u8;
        }
        // What passes can be laid out for evaluation.
        if let Ok(graph) = from_onnx(&bytes, "mutated") {
            accepted += 1;
            assert!(Evaluator::new(&graph).is_ok());
        }
    }
    assert!((100..19_000).contains(&accepted), "{accepted} were accepted");
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = varied().bytes();
    for length in 0..bytes.len() {
        assert!(from_onnx(&bytes[..length], "short").is_err(), "{length} bytes");
    }
}

#[test]
fn sides_are_checked_against_the_data() {
    for dims in [&[1 << 40, 1 << 40][..], &[-1, -8], &[i64::MAX], &[8, 0], &[1; 9], &[i64::MIN]] {
        let mut net = Net::quantized(&[1, 4]);
        net.constant(
            "w/int8",
            Tensor {
                dims: dims.to_vec(),
                data_type: element::INT8,
                raw_data: vec![1; 8],
                ..Tensor::default()
            },
        );
        net.dequantize("w/int8", "w", 0.25, 0);
        assert!(refusal(&net).contains("`w/int8`"), "{dims:?}");
    }
    for dims in
        [&[1, i64::MAX, i64::MAX, i64::MAX][..], &[1, 65_536, 256], &[1, -1], &[1; 9], &[2, 1, 1, 4], &[1, 0]]
    {
        let net = Net::quantized(dims);
        assert!(refusal(&net).contains("tensor `"), "{dims:?}");
    }
}

#[test]
fn shared_weights_do_not_multiply_memory() {
    let mut net = Net::quantized(&[1, 64]);
    net.weights("w", &[64, 1024], &[1; 64 * 1024], 0.25);
    for at in 0..100 {
        net.node("MatMul", &["xd", "w"], &format!("p{at}"));
    }
    assert!(refusal(&net).contains("more memory"));
}

#[test]
fn names_are_made_once_and_before_they_are_read() {
    let mut net = Net::quantized(&[1, 4]);
    net.node("Identity", &["xd"], "xq");
    assert!(refusal(&net).contains("made twice"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &["later"], "s");
    assert!(refusal(&net).contains("`later`"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &[""], "s");
    assert!(refusal(&net).contains("input 0 is absent"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &["xd"], "s").output.push("t".into());
    assert!(refusal(&net).contains("2 outputs"));
    assert!(refusal(&Net::quantized(&[1, 4])).contains("no output"));
    assert!(refusal(Net::quantized(&[1, 4]).output("never")).contains("`never`"));
}
