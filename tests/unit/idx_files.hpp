#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "namespaces.hpp"
#include "temporary_folder.hpp"

namespace isinglass::testing {

inline std::string big_endian(std::uint32_t word) {
  return {static_cast<char>(word >> 24), static_cast<char>(word >> 16), static_cast<char>(word >> 8),
          static_cast<char>(word)};
}

inline std::string idx_images(std::uint32_t rows, std::uint32_t columns, const std::vector<std::uint8_t>& pixels) {
  const auto count = static_cast<std::uint32_t>(pixels.size() / rows / columns);
  return big_endian(0x803) + big_endian(count) + big_endian(rows) + big_endian(columns) +
         std::string(pixels.begin(), pixels.end());
}

inline std::string idx_labels(const std::vector<std::uint8_t>& labels) {
  return big_endian(0x801) + big_endian(static_cast<std::uint32_t>(labels.size())) +
         std::string(labels.begin(), labels.end());
}

inline void write_gzip(const std::filesystem::path& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

/// Pixels that differ from image to image and from pixel to pixel.
inline std::vector<std::uint8_t> pattern(std::size_t images, std::size_t size) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < images * size; ++i)
    pixels.push_back(static_cast<std::uint8_t>((i * 37 + i / size * 101 + i * i) % 256));
  return pixels;
}

/// Four files of 6 x 4 images in `folder`: labels repeat 0, 1, 2, 2, 5, the training files are gzip, the test files
/// plain.
inline void write_small_set(const std::filesystem::path& folder, std::size_t train = 100, std::size_t test = 23) {
  const auto labels = [](std::size_t count) {
    constexpr std::uint8_t cycle[] = {0, 1, 2, 2, 5};
    std::vector<std::uint8_t> list;
    for (std::size_t i = 0; i < count; ++i) list.push_back(cycle[i % 5]);
    return list;
  };
  write_gzip(folder / "train-images-idx3-ubyte.gz", idx_images(6, 4, pattern(train, 24)));
  write_gzip(folder / "train-labels-idx1-ubyte.gz", idx_labels(labels(train)));
  overwrite(folder / "t10k-images-idx3-ubyte", idx_images(6, 4, pattern(test, 24)));
  overwrite(folder / "t10k-labels-idx1-ubyte", idx_labels(labels(test)));
}

}  // namespace isinglass::testing
