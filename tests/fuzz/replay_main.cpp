// Runs a fuzzer's entry point without libFuzzer: every corpus file, then seeded random mutations of them, so that the
// parsers are exercised in every test run, in every build, reproducibly.
//   replay [--seed N] [--mutations N] [FILE or DIRECTORY]...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kLongestInput = 16384;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void add_inputs(const std::filesystem::path& path, std::vector<std::string>& inputs) {
  if (std::filesystem::is_directory(path)) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) inputs.push_back(read(file));
  } else if (std::filesystem::exists(path)) {
    inputs.push_back(read(path));
  }
}

void run(const std::string& input) {
  // A copy of the exact size, so that a sanitizer sees a read past the end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string operator()(const std::vector<std::string>& inputs) {
    std::string input = inputs[below(inputs.size())];
    for (std::size_t i = 1 + below(6); i > 0; --i) change(input, inputs[below(inputs.size())]);
    if (input.size() > kLongestInput) input.resize(kLongestInput);
    return input;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : static_cast<std::size_t>(random_() % end); }
  char byte() {
    // Edges of ranges find more than even noise does.
    static constexpr std::string_view kEdges("\x00\x01\x7F\x80\xFF\xFE\x0A\x0D{}[]\"\\:,", 16);
    return below(2) == 0 ? kEdges[below(kEdges.size())] : static_cast<char>(random_());
  }

  void change(std::string& input, const std::string& other) {
    const std::size_t at = below(input.size() + 1);
    switch (below(7)) {
      case 0:
        if (at < input.size()) input[at] = byte();
        break;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      case 2:
        input.insert(at, 1, byte());
        break;
      case 3:
        input.erase(at, 1 + below(8));
        break;
      case 4:
        input.resize(at);
        break;
      case 5:
        input.insert(at, input.substr(below(input.size() + 1), below(64)));
        break;
      default:
        input.insert(at, other.substr(below(other.size() + 1), below(256)));
        break;
    }
  }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  std::uint64_t mutations = 10000;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--mutations" && i + 1 < argc) {
      mutations = std::strtoull(argv[++i], nullptr, 10);
    } else {
      add_inputs(argument, inputs);
    }
  }
  for (const std::string& input : inputs) run(input);
  const std::size_t files = inputs.size();
  inputs.emplace_back();
  inputs.emplace_back(64, '\0');
  Mutator mutate(seed);
  for (std::uint64_t i = 0; i < mutations; ++i) run(mutate(inputs));
  std::printf("%zu corpus files, %llu mutations, seed %llu\n", files, static_cast<unsigned long long>(mutations),
              static_cast<unsigned long long>(seed));
}
