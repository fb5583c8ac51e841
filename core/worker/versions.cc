#include "core/worker/versions.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <link.h>
#include <torch/version.h>

#include <cstdio>
#include <filesystem>
#include <opencv2/core/utility.hpp>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/answer.h"
#include "core/base/json.h"

namespace facet {
namespace {

// "Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for ..." -> "MKL 2024.2"
std::string MklRelease() {
  const std::string text = at::get_mkl_version();
  constexpr std::string_view kBefore = "Version ";
  const size_t found = text.find(kBefore);
  if (found == std::string::npos) return "MKL";
  const size_t begin = found + kBefore.size();
  return absl::StrCat("MKL ", text.substr(begin, text.find_first_of(" -", begin) - begin));
}

// Debian's LibTorch multiplies with whatever libblas.so.3 is, a PyTorch wheel with the MKL in it.
std::string BlasRelease() {
  if (at::hasMKL()) return MklRelease();
  void* symbol = ::dlsym(RTLD_DEFAULT, "openblas_get_config");
  if (symbol == nullptr) return "BLAS other than OpenBLAS";
  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": what follows the number tells of this machine.
  const std::string config = reinterpret_cast<const char* (*)()>(symbol)();
  return config.substr(0, config.find(' ', config.find(' ') + 1));
}

// "Intel(R) MKL-DNN v2.6.3 (Git Hash N/A)" -> "oneDNN v2.6.3"
std::string OneDnnRelease() {
  const std::string text = at::get_mkldnn_version();
  const size_t begin = text.find(" v");
  if (begin == std::string::npos) return "no oneDNN";
  return absl::StrCat("oneDNN", text.substr(begin, text.find(' ', begin + 1) - begin));
}

// "... - CPU capability usage: AVX512 ..." -> "AVX512"
std::string KernelsOfTorch() {
  const std::string text = at::show_config();
  constexpr std::string_view kBefore = "CPU capability usage: ";
  const size_t found = text.find(kBefore);
  if (found == std::string::npos) return "unknown";
  const size_t begin = found + kBefore.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

// "2 devices"
std::string CudaText() {
  const size_t devices = at::getNumGPUs();
  if (devices > 0) return absl::StrCat(devices, devices == 1 ? " device" : " devices");
  return at::globalContext().hasCUDART() ? "LibTorch has it, there is no device"
                                         : "not in LibTorch";
}

// The library that answers a symbol, links resolved.
std::string FileOf(const char* symbol) {
  Dl_info info = {};
  void* const address = ::dlsym(RTLD_DEFAULT, symbol);
  if (address == nullptr || ::dladdr(address, &info) == 0) return "unknown";
  std::error_code error;
  return std::filesystem::weakly_canonical(info.dli_fname, error).string();
}

int AddLibrary(dl_phdr_info* info, size_t, void* files) {
  const std::string name = info->dlpi_name;
  if (absl::StartsWith(name, "/")) static_cast<Json*>(files)->push_back(name);
  return 0;
}

}  // namespace

int PrintVersions() {
  Json files = Json::array();
  ::dl_iterate_phdr(&AddLibrary, &files);
  std::error_code error;
  files.push_back(std::filesystem::read_symlink("/proc/self/exe", error).string());
  const Json versions = {
      {"libraries",
       {{"torch", absl::StrCat(TORCH_VERSION, ", ", OneDnnRelease(), ", ", BlasRelease())},
        {"opencv", cv::getVersionString()}}},
      {"details",
       {{"BLAS", FileOf("sgemm_")},
        {"CUDA", CudaText()},
        {"kernels of LibTorch", KernelsOfTorch()},
        {"OpenMP", absl::StrCat(at::get_openmp_version(), ", ", FileOf("omp_get_max_threads"))}}},
      {"files", files}};
  return GiveAnswer(DumpPretty(versions));
}

}  // namespace facet
