#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "files/h5_dataset.hpp"

namespace isinglass::h5 {
namespace {

constexpr hsize_t chunk_elements = hsize_t{1} << 18;

/// Fixed-length: variable-length strings would live in a heap that has no checksums.
Handle text_type(std::size_t length, const std::string& what) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, what);
  check(H5Tset_size(type.id(), std::max<std::size_t>(length, 1)), what);
  check(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), what);
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), what);
  return type;
}

/// The stored length of fixed-length strings; throws for every other type.
std::size_t text_length(const Handle& type, const std::string& what) {
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0) {
    throw SystemError(what + ": is not a fixed-length text");
  }
  return H5Tget_size(type.id());
}

std::string without_padding(const char* text, std::size_t length) { return {text, strnlen(text, length)}; }

/// Chunks of whole rows; the checksum filter works on chunks only. An empty dataset has nothing to check.
Handle creation_properties(const Dimensions& dimensions, const std::string& what) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, what);
  check(H5Pset_obj_track_times(properties.id(), false), what);
  if (element_count(dimensions) == 0) return properties;
  Dimensions chunk = dimensions;
  for (hsize_t& side : chunk) side = std::clamp<hsize_t>(chunk_elements * side / element_count(chunk), 1, side);
  check(H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()), what);
  check(H5Pset_fletcher32(properties.id()), what);
  return properties;
}

void write_dataset(const Group& group, const std::string& name, hid_t stored, hid_t memory, const void* values,
                   const Dimensions& dimensions) {
  const std::string what = group.where(name);
  const Handle space(H5Screate_simple(static_cast<int>(dimensions.size()), dimensions.data(), nullptr), H5Sclose, what);
  const Handle properties = creation_properties(dimensions, what);
  Handle dataset(H5Dcreate2(group.id(), name.c_str(), stored, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                 H5Dclose, what);
  if (element_count(dimensions) > 0) check(H5Dwrite(dataset.id(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), what);
  dataset.close(what);
}

void create_attribute(const Group& group, const std::string& name, hid_t stored, hid_t memory, const void* values,
                      const Handle& space) {
  const std::string what = group.where(name);
  const Handle attribute(H5Acreate2(group.id(), name.c_str(), stored, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         what);
  check(H5Awrite(attribute.id(), memory, values), what);
}

Handle open_attribute(const Group& group, const std::string& name) {
  return {H5Aopen(group.id(), name.c_str(), H5P_DEFAULT), H5Aclose, group.where(name)};
}

std::size_t count_of(const Handle& attribute, const std::string& what) {
  const Handle space(H5Aget_space(attribute.id()), H5Sclose, what);
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  check(count < 0 ? -1 : 0, what);
  return static_cast<std::size_t>(count);
}

}  // namespace

template <Element T>
void write_attribute(const Group& group, const std::string& name, T value) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, group.where(name));
  create_attribute(group, name, stored_type<T>(), memory_type<T>(), &value, space);
}

template <Element T>
void write_attribute(const Group& group, const std::string& name, const std::vector<T>& values) {
  const hsize_t count = values.size();
  const Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose, group.where(name));
  create_attribute(group, name, stored_type<T>(), memory_type<T>(), values.data(), space);
}

void write_attribute(const Group& group, const std::string& name, const std::string& text) {
  const Handle type = text_type(text.size(), group.where(name));
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, group.where(name));
  create_attribute(group, name, type.id(), type.id(), text.c_str(), space);
}

template <Element T>
std::vector<T> read_attribute_values(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  const Handle attribute = open_attribute(group, name);
  expect_type(Handle(H5Aget_type(attribute.id()), H5Tclose, what), stored_type<T>(), what);
  std::vector<T> values(count_of(attribute, what));
  if (!values.empty()) check(H5Aread(attribute.id(), memory_type<T>(), values.data()), what);
  return values;
}

template <Element T>
T read_attribute(const Group& group, const std::string& name) {
  const std::vector<T> values = read_attribute_values<T>(group, name);
  if (values.size() != 1) throw SystemError(group.where(name) + ": is not a single value");
  return values.front();
}

std::string read_text_attribute(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  const Handle attribute = open_attribute(group, name);
  const Handle stored(H5Aget_type(attribute.id()), H5Tclose, what);
  const std::size_t length = text_length(stored, what);
  if (count_of(attribute, what) != 1) throw SystemError(what + ": is not a single text");
  std::vector<char> buffer(length);
  check(H5Aread(attribute.id(), stored.id(), buffer.data()), what);
  return without_padding(buffer.data(), length);
}

template <Element T>
void write(const Group& group, const std::string& name, std::span<const T> values, const Dimensions& dimensions) {
  if (values.size() != element_count(dimensions)) {
    throw SystemError(fmt::format("{}: {} values for the shape {}", group.where(name), values.size(), dimensions));
  }
  write_dataset(group, name, stored_type<T>(), memory_type<T>(), values.data(), dimensions);
}

void write_texts(const Group& group, const std::string& name, std::span<const std::string> texts) {
  std::size_t length = 1;
  for (const std::string& text : texts) length = std::max(length, text.size());
  std::vector<char> buffer(length * texts.size(), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) std::ranges::copy(texts[i], buffer.data() + i * length);
  const Handle type = text_type(length, group.where(name));
  write_dataset(group, name, type.id(), type.id(), buffer.data(), {texts.size()});
}

Dimensions dimensions_of(const Group& group, const std::string& name) {
  return extent(open_dataset(group, name), group.where(name));
}

template <Element T>
std::vector<T> read(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  const Handle dataset = open_dataset(group, name);
  expect_type(Handle(H5Dget_type(dataset.id()), H5Tclose, what), stored_type<T>(), what);
  std::vector<T> values(count_to_read(dataset, what));
  if (!values.empty())
    check(H5Dread(dataset.id(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), what);
  return values;
}

template <Element T>
std::vector<T> read(const Group& group, const std::string& name, const Dimensions& dimensions) {
  if (const Dimensions found = dimensions_of(group, name); found != dimensions) {
    throw SystemError(fmt::format("{}: has the shape {} instead of {}", group.where(name), found, dimensions));
  }
  return read<T>(group, name);
}

std::vector<std::string> read_texts(const Group& group, const std::string& name) {
  const std::string what = group.where(name);
  const Handle dataset = open_dataset(group, name);
  const Handle stored(H5Dget_type(dataset.id()), H5Tclose, what);
  const std::size_t length = text_length(stored, what);
  const std::size_t count = count_to_read(dataset, what);
  std::vector<char> buffer(length * count);
  if (count > 0) check(H5Dread(dataset.id(), stored.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer.data()), what);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(without_padding(buffer.data() + i * length, length));
  return texts;
}

#define ISINGLASS_H5_ELEMENT(T)                                                                    \
  template void write_attribute<T>(const Group&, const std::string&, T);                           \
  template void write_attribute<T>(const Group&, const std::string&, const std::vector<T>&);       \
  template T read_attribute<T>(const Group&, const std::string&);                                  \
  template std::vector<T> read_attribute_values<T>(const Group&, const std::string&);              \
  template void write<T>(const Group&, const std::string&, std::span<const T>, const Dimensions&); \
  template std::vector<T> read<T>(const Group&, const std::string&);                               \
  template std::vector<T> read<T>(const Group&, const std::string&, const Dimensions&);
ISINGLASS_H5_ELEMENT(std::int8_t)
ISINGLASS_H5_ELEMENT(std::uint8_t)
ISINGLASS_H5_ELEMENT(std::int16_t)
ISINGLASS_H5_ELEMENT(std::int32_t)
ISINGLASS_H5_ELEMENT(std::int64_t)
ISINGLASS_H5_ELEMENT(float)
ISINGLASS_H5_ELEMENT(double)
#undef ISINGLASS_H5_ELEMENT

}  // namespace isinglass::h5
