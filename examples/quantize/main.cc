// Makes a model of pictures small and fast, calibrated by pictures that this program scales itself, through
// Litesmith's C++ interface alone:
//   quantize MODEL OUT.tflite PICTURES...
#include <litesmith/litesmith.h>

#include <algorithm>
#include <cstdio>

namespace {

namespace ls = litesmith::api;

// Everything that was found goes to standard error; true if there is a value.
template <class T>
bool Told(const ls::Outcome<T>& outcome) {
  for (const ls::Finding& finding : outcome.findings()) std::fputs(ls::ToText(finding).c_str(), stderr);
  return outcome.ok();
}

// The picture as `input`, [1,H,W,3] of floats, takes it: the nearest pixels, from -1 to 1.
ls::Tensor Scaled(const ls::Picture& picture, const ls::TensorInfo& input) {
  const int64_t height = input.shape[1], width = input.shape[2];
  std::vector<float> values;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      const int64_t from =
          (y * picture.height() / height * picture.width() + x * picture.width() / width) * 3;
      for (int64_t c = 0; c < 3; ++c)
        values.push_back(picture.pixels()[static_cast<size_t>(from + c)] / 127.5f - 1);
    }
  }
  return ls::Tensor::Of(input.shape, values);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: quantize MODEL OUT.tflite PICTURES...\n", stderr);
    return 2;
  }
  const auto model = ls::Model::Load(argv[1]);
  if (!Told(model)) return 1;
  const ls::SignatureInfo& signature = model->signatures()[0];
  const ls::TensorInfo& input = signature.inputs[0];
  const bool fixed = std::find(input.shape.begin(), input.shape.end(), -1) == input.shape.end();
  if (signature.inputs.size() != 1 || input.dtype != ls::DType::kFloat32 || input.shape.size() != 4 ||
      input.shape[0] != 1 || input.shape[3] != 3 || !fixed) {
    std::fputs("the model takes something else than one picture of floats\n", stderr);
    return 1;
  }

  ls::QuantizeOptions options;
  options.mode = ls::QuantizeMode::kInt8;
  const auto picture_of = [&](size_t index) -> std::vector<ls::NamedTensor> {
    const auto picture = ls::Picture::Load(argv[3 + index]);
    if (!Told(picture)) return {};  // passed over
    return {{input.name, Scaled(*picture, input)}};
  };
  options.samples.push_back({signature.key, static_cast<size_t>(argc - 3), picture_of});
  const auto quantized = model->Quantize(options);
  if (!Told(quantized)) return 1;
  std::printf("%zu tensors in fewer bits, %.0f%% of the work in integers, %zu ops in float\n",
              quantized->tensors, quantized->integer_share * 100, quantized->float_ops.size());
  if (quantized->damage) std::printf("lost on the pictures: %.3f\n", quantized->damage->drop);
  return Told(quantized->model.Save(argv[2])) ? 0 : 1;
}
