//! Operators without weights against stored tensors of TFLite's reference kernels.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::resize::Resize;
use super::softmax::Softmax;
use crate::graph::{Quant, Shape};
use crate::test_data::data;

/// The integers of real values.
fn quantize(reals: &[f32], quant: Quant) -> Vec<i8> {
    reals.iter().map(|&real| quant.quantize(real)).collect()
}

/// The real values of integers.
fn dequantize(data: &[i8], quant: Quant) -> Vec<f32> {
    data.iter().map(|&q| quant.dequantize(q)).collect()
}

const PROBABILITY: Quant = Quant { scale: 1.0 / 256.0, zero_point: -128 };

/// The folder of stored tensors.
fn golden(test: &str) -> Option<PathBuf> {
    data(test).map(|data| data.join("golden"))
}

/// One stored tensor.
struct Stored {
    shape: Shape,
    quant: Quant,
    bytes: Vec<u8>,
}

impl Stored {
    /// The tensor of this index in the model's layer dump.
    fn read(folder: &Path, tensor: usize) -> Self {
        let table = fs::read_to_string(folder.join("layers0.csv")).unwrap();
        let rows = table.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        let row = rows.into_iter().find(|row| row[2] == tensor.to_string()).unwrap();
        let sides: Vec<usize> = row[5].split('x').map(|side| side.parse().unwrap()).collect();
        let side = |back: usize| if sides.len() > back + 1 { sides[sides.len() - 1 - back] } else { 1 };
        let (offset, len): (usize, usize) = (row[8].parse().unwrap(), row[9].parse().unwrap());
        Self {
            shape: Shape::new(side(2), side(1), side(0)),
            quant: Quant { scale: row[6].parse().unwrap(), zero_point: row[7].parse().unwrap() },
            bytes: fs::read(folder.join("layers0.bin")).unwrap()[offset..offset + len].to_vec(),
        }
    }

    fn signed(&self) -> Vec<i8> {
        self.bytes.iter().map(|&byte| byte as i8).collect()
    }

    fn reals(&self) -> Vec<f32> {
        let words = self.bytes.chunks_exact(4);
        words.map(|word| f32::from_le_bytes(word.try_into().unwrap())).collect()
    }
}

/// The softmax that takes this tensor; all models have beta 1.
fn softmax(input: Quant) -> Softmax {
    Softmax::new(1.0, input, PROBABILITY).unwrap()
}

#[test]
fn softmax_layers() {
    let Some(golden) = golden("softmax_layers") else { return };
    let models = [
        ("ic01_resnet8_int8", 36, 37, 10),
        ("kws01_dscnn_int8", 33, 34, 12),
        ("vww01_mobilenetv1_int8", 87, 88, 2),
        ("mnist_lstm_int8", 25, 26, 10),
    ];
    for (model, input, output, depth) in models {
        let [input, output] = [input, output].map(|tensor| Stored::read(&golden.join(model), tensor));
        assert_eq!((input.shape.c, output.quant), (depth, PROBABILITY), "{model}");
        assert_eq!(softmax(input.quant).run(&input.signed(), depth), output.signed(), "{model}");
    }
}

#[test]
fn an_unsigned_softmax_is_the_signed_one() {
    let Some(golden) = golden("an_unsigned_softmax_is_the_signed_one") else { return };
    let model = golden.join("deepfreeze_mobilenet_v1_025_224_uint8");
    let [input, output] = [4, 87].map(|tensor| Stored::read(&model, tensor));
    let shifted = Quant { zero_point: input.quant.zero_point - 128, ..input.quant };
    let flip = |bytes: &[u8]| bytes.iter().map(|byte| (byte ^ 0x80) as i8).collect::<Vec<_>>();
    assert_eq!(input.shape.c, 1001);
    assert_eq!(softmax(shifted).run(&flip(&input.bytes), 1001), flip(&output.bytes));
}

#[test]
fn results_for_two_classes_are_possible() {
    let Some(golden) = golden("results_for_two_classes_are_possible") else { return };
    // Of most records only the results are stored: each must be the softmax of some difference. The scale is that
    // of the layer before.
    for (model, scale) in [("person_detect_int8", 0.012_518_751), ("vww01_mobilenetv1_int8", 0.014_636_219)] {
        let softmax = softmax(Quant { scale, zero_point: 0 });
        let differences = (0..=255u8).map(|d| (i16::from(d) - 128) as i8);
        let pairs = differences.flat_map(|q| [[q, i8::MIN], [i8::MIN, q]]);
        let possible: HashSet<Vec<i8>> = pairs.map(|pair| softmax.run(&pair, 2)).collect();
        let outputs = fs::read(golden.join(model).join("output0.bin")).unwrap();
        assert_eq!(outputs.len(), 100, "{model}");
        for pair in outputs.chunks(2) {
            assert!(possible.contains(&[pair[0] as i8, pair[1] as i8][..]), "{model}: {pair:?}");
        }
    }
}

#[test]
fn resized_layers() {
    let Some(golden) = golden("resized_layers") else { return };
    let model = golden.join("mcunet_person_detect_int8");
    for (input, output) in [(171, 123), (32, 111)] {
        let [input, output] = [input, output].map(|tensor| Stored::read(&model, tensor));
        let resize = Resize::new(input.shape, (output.shape.h, output.shape.w), false, false);
        assert_eq!((resize.output(), input.quant), (output.shape, output.quant));
        assert_eq!(resize.run(&input.signed()), output.signed());
    }
}

#[test]
fn dequantised_results() {
    let Some(golden) = golden("dequantised_results") else { return };
    let mcunet = [(5, 85), (36, 170), (175, 96)];
    let blazeface = [(130, 131), (133, 134), (153, 154), (156, 157)];
    for (model, layers) in
        [("mcunet_person_detect_int8", &mcunet[..]), ("blazeface_front_128_int8", &blazeface[..])]
    {
        for &(input, output) in layers {
            let [input, output] = [input, output].map(|tensor| Stored::read(&golden.join(model), tensor));
            let bits = |reals: Vec<f32>| reals.into_iter().map(f32::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(dequantize(&input.signed(), input.quant)), bits(output.reals()), "{model}");
            assert_eq!(quantize(&output.reals(), input.quant), input.signed(), "{model}");
        }
    }
}

#[test]
fn quantised_inputs_come_back() {
    let Some(golden) = golden("quantised_inputs_come_back") else { return };
    for (model, tensor) in [("mcunet_person_detect_int8", 83), ("blazeface_front_128_int8", 82)] {
        let input = Stored::read(&golden.join(model), tensor);
        let stored = fs::read(golden.join(model).join("inputs.bin")).unwrap();
        assert_eq!(stored[..input.bytes.len()], input.bytes, "{model}");
        let integers: Vec<i8> = stored.iter().map(|&byte| byte as i8).collect();
        assert_eq!(quantize(&dequantize(&integers, input.quant), input.quant), integers, "{model}");
    }
}
