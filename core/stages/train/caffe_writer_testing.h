// Writes Caffe models of VGG-16 (network D) with known random weights, for tests.
#ifndef FACET_CORE_STAGES_TRAIN_CAFFE_WRITER_TESTING_H_
#define FACET_CORE_STAGES_TRAIN_CAFFE_WRITER_TESTING_H_

#include <ATen/ATen.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/file.h"
#include "gtest/gtest.h"
#include "third_party/caffe/caffe_model.pb.h"

namespace facet {

struct Network {
  int side = 32;     // px
  double width = 1;  // of the convolutions
  int64_t fc = 4096;
  int classes = 2622;
};
// The layout of the release's deploy file, and a model for it. Weights keep the signal's size (He
// et al.), so that an error anywhere shows in fc7.
class CaffeWriter {
 public:
  // old_shapes: four extents in fields of their own, as in the release.
  explicit CaffeWriter(const Network& network, bool old_shapes = false) : old_shapes_(old_shapes) {
    layout_ = absl::StrCat("name: \"VGG16\"\ninput: \"data\"\n");
    for (const int extent : {1, 3, network.side, network.side}) {
      absl::StrAppend(&layout_, "input_dim: ", extent, "\n");
    }
    const int convolutions[] = {2, 2, 3, 3, 3};
    const int channels[] = {64, 128, 256, 512, 512};
    int64_t in = 3;
    for (int stage = 0; stage < 5; ++stage) {
      const auto out = static_cast<int64_t>(network.width * channels[stage]);
      for (int i = 1; i <= convolutions[stage]; ++i) {
        const std::string place = absl::StrCat(stage + 1, "_", i);
        Add("conv" + place, "Convolution",
            absl::StrCat("convolution_param { num_output: ", out, " pad: 1 kernel_size: 3 }"));
        AddBlobs({out, in, 3, 3});
        Add("relu" + place, "ReLU", "");
        in = out;
      }
      Add(absl::StrCat("pool", stage + 1), "Pooling",
          "pooling_param { pool: MAX kernel_size: 2 stride: 2 }");
    }
    in *= network.side / 32 * (network.side / 32);
    for (const int number : {6, 7, 8}) {
      const int64_t out = number == 8 ? network.classes : network.fc;
      Add(absl::StrCat("fc", number), "InnerProduct",
          absl::StrCat("inner_product_param { num_output: ", out, " }"));
      AddBlobs({out, in});
      in = out;
      if (number == 8) break;
      Add(absl::StrCat("relu", number), "ReLU", "");
      Add(absl::StrCat("drop", number), "Dropout", "dropout_param { dropout_ratio: 0.5 }");
    }
    Add("prob", "Softmax", "");
  }

  void Write(const std::string& base) const {
    std::ofstream(base + ".prototxt") << layout_;
    std::ofstream file(base + ".caffemodel", std::ios::binary);
    ASSERT_TRUE(net_.SerializeToOstream(&file));
  }
  const caffe::Net& net() const { return net_; }

 private:
  void Add(const std::string& name, const std::string& type, const std::string& parameters) {
    const bool in_place = type == "ReLU" || type == "Dropout";
    const std::string top = in_place ? bottom_ : name;
    absl::StrAppend(&layout_, "layer { name: \"", name, "\" type: \"", type, "\" bottom: \"",
                    bottom_, "\" top: \"", top, "\" ", parameters, " }\n");
    bottom_ = top;
    caffe::Layer* layer = net_.add_layer();
    layer->set_name(name);
    layer->set_type(type);
  }
  // Weights of the last layer, and biases.
  void AddBlobs(const std::vector<int64_t>& shape) {
    caffe::Layer* layer = net_.mutable_layer(net_.layer_size() - 1);
    int64_t fan_in = 1;
    for (size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
    Fill(shape, std::sqrt(2.0 / static_cast<double>(fan_in)), layer->add_blobs());
    Fill({shape[0]}, 0.1, layer->add_blobs());
  }
  void Fill(const std::vector<int64_t>& shape, double deviation, caffe::Blob* blob) {
    const at::Tensor values = deviation * at::randn(shape, at::detail::createCPUGenerator(++seed_));
    if (old_shapes_) {
      std::vector<int> extents(4 - shape.size(), 1);
      for (const int64_t extent : shape) extents.push_back(static_cast<int>(extent));
      blob->set_num(extents[0]);
      blob->set_channels(extents[1]);
      blob->set_height(extents[2]);
      blob->set_width(extents[3]);
    } else {
      for (const int64_t extent : shape) blob->mutable_shape()->add_dim(extent);
    }
    const auto* const data = values.data_ptr<float>();
    blob->mutable_data()->Add(data, data + values.numel());
  }

  const bool old_shapes_;
  std::string layout_, bottom_ = "data";
  caffe::Net net_;
  uint64_t seed_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_TRAIN_CAFFE_WRITER_TESTING_H_
