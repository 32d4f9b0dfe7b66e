//! Where the fields of the TFLite schema, version 3, lie in their tables.

/// Constants of one table's fields.
macro_rules! fields {
    ($module:ident, $table:literal, $($constant:ident = $slot:literal $name:literal),* $(,)?) => {
        pub mod $module {
            use crate::import::flatbuffer::Field;
            $(pub const $constant: Field = Field::new($table, $name, $slot);)*
        }
    };
}

/// Version of the schema that every TFLite file has had since 2017.
pub const VERSION: u32 = 3;
/// Identifier of a TFLite file.
pub const IDENTIFIER: [u8; 4] = *b"TFL3";

fields!(file, "file", MODEL = 0 "model");
fields!(model, "Model", VERSION = 0 "version", OPERATOR_CODES = 1 "operator_codes", SUBGRAPHS = 2 "subgraphs",
    DESCRIPTION = 3 "description", BUFFERS = 4 "buffers");
fields!(operator_code, "OperatorCode", DEPRECATED_BUILTIN_CODE = 0 "deprecated_builtin_code",
    CUSTOM_CODE = 1 "custom_code", VERSION = 2 "version", BUILTIN_CODE = 3 "builtin_code");
fields!(subgraph, "SubGraph", TENSORS = 0 "tensors", INPUTS = 1 "inputs", OUTPUTS = 2 "outputs",
    OPERATORS = 3 "operators", NAME = 4 "name");
fields!(tensor, "Tensor", SHAPE = 0 "shape", TYPE = 1 "type", BUFFER = 2 "buffer", NAME = 3 "name",
    QUANTIZATION = 4 "quantization", IS_VARIABLE = 5 "is_variable", SPARSITY = 6 "sparsity");
fields!(quantization, "QuantizationParameters", SCALE = 2 "scale", ZERO_POINT = 3 "zero_point",
    DETAILS_TYPE = 4 "details_type", QUANTIZED_DIMENSION = 6 "quantized_dimension");
fields!(buffer, "Buffer", DATA = 0 "data", OFFSET = 1 "offset", SIZE = 2 "size");
fields!(operator, "Operator", OPCODE_INDEX = 0 "opcode_index", INPUTS = 1 "inputs", OUTPUTS = 2 "outputs",
    BUILTIN_OPTIONS_TYPE = 3 "builtin_options_type", BUILTIN_OPTIONS = 4 "builtin_options");

fields!(conv_2d, "Conv2DOptions", PADDING = 0 "padding", STRIDE_W = 1 "stride_w", STRIDE_H = 2 "stride_h",
    ACTIVATION = 3 "fused_activation_function", DILATION_W = 4 "dilation_w_factor",
    DILATION_H = 5 "dilation_h_factor");
fields!(depthwise_conv_2d, "DepthwiseConv2DOptions", PADDING = 0 "padding", STRIDE_W = 1 "stride_w",
    STRIDE_H = 2 "stride_h", DEPTH_MULTIPLIER = 3 "depth_multiplier", ACTIVATION = 4 "fused_activation_function",
    DILATION_W = 5 "dilation_w_factor", DILATION_H = 6 "dilation_h_factor");
fields!(fully_connected, "FullyConnectedOptions", ACTIVATION = 0 "fused_activation_function",
    WEIGHTS_FORMAT = 1 "weights_format", KEEP_NUM_DIMS = 2 "keep_num_dims",
    ASYMMETRIC_QUANTIZE_INPUTS = 3 "asymmetric_quantize_inputs");
fields!(add, "AddOptions", ACTIVATION = 0 "fused_activation_function", POT_SCALE_INT16 = 1 "pot_scale_int16");
fields!(mul, "MulOptions", ACTIVATION = 0 "fused_activation_function");
fields!(sub, "SubOptions", ACTIVATION = 0 "fused_activation_function");
fields!(pool_2d, "Pool2DOptions", PADDING = 0 "padding", STRIDE_W = 1 "stride_w", STRIDE_H = 2 "stride_h",
    FILTER_WIDTH = 3 "filter_width", FILTER_HEIGHT = 4 "filter_height",
    ACTIVATION = 5 "fused_activation_function");
fields!(reducer, "ReducerOptions", KEEP_DIMS = 0 "keep_dims");
fields!(reshape, "ReshapeOptions", NEW_SHAPE = 0 "new_shape");
fields!(concatenation, "ConcatenationOptions", AXIS = 0 "axis", ACTIVATION = 1 "fused_activation_function");
fields!(resize_nearest_neighbor, "ResizeNearestNeighborOptions", ALIGN_CORNERS = 0 "align_corners",
    HALF_PIXEL_CENTERS = 1 "half_pixel_centers");
fields!(softmax, "SoftmaxOptions", BETA = 0 "beta");
