// The HDF5 layer: round trips, one clear message for each misuse, and files that depend on their content only.
#include <unistd.h>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>
#include <limits>

#include "base/error.hpp"
#include "files/h5.hpp"
#include "namespaces.hpp"
#include "temporary_folder.hpp"

BOOST_AUTO_TEST_SUITE(io_h5)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

void write_sample(const std::filesystem::path& path) {
  overwrite(path, h5::file_image(path.string(), [](const h5::Group& root) {
              const h5::Group group = root.create_group("inner");
              h5::write_attribute(group, "count", std::int64_t{-7});
              h5::write_attribute(group, "text",
                                  std::string("gr\xc3\xb6\xc3\x9f"
                                              "er"));
              h5::write<std::int32_t>(group, "numbers", std::vector<std::int32_t>{1, 2, 3});
            }));
}

template <class Call>
std::string system_error(Call&& call) {
  return message_of<SystemError>(call);
}

}  // namespace

using Elements = boost::mpl::list<std::int8_t, std::uint8_t, std::int16_t, std::int32_t, std::int64_t, double>;

BOOST_AUTO_TEST_CASE_TEMPLATE(values_come_back, T, Elements) {
  const TemporaryFolder folder;
  const T low = std::numeric_limits<T>::lowest(), high = std::numeric_limits<T>::max();
  const std::vector<T> values = {low, 0, 1, high, 2, 3};
  std::vector<T> many(700000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<T>(i % 100);
  overwrite(folder / "file.h5", h5::file_image("file.h5", [&](const h5::Group& root) {
              h5::write<T>(root, "matrix", values, {2, 3});
              h5::write<T>(root, "many", many, {1000, 700});
              h5::write<T>(root, "none", std::vector<T>{});
              h5::write_attribute<T>(root, "scalar", high);
              h5::write_attribute<T>(root, "list", values);
            }));

  const h5::File again(folder / "file.h5");
  const h5::Group root = again.root();
  BOOST_CHECK(h5::read<T>(root, "matrix") == values);
  BOOST_CHECK(h5::read<T>(root, "matrix", {2, 3}) == values);
  BOOST_CHECK(h5::dimensions_of(root, "matrix") == (h5::Dimensions{2, 3}));
  BOOST_CHECK(h5::read<T>(root, "many") == many);
  BOOST_TEST(h5::read<T>(root, "none").empty());
  BOOST_CHECK(h5::read_attribute<T>(root, "scalar") == high);
  BOOST_CHECK(h5::read_attribute_values<T>(root, "list") == values);
}

BOOST_AUTO_TEST_CASE(texts_come_back) {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = {"one", "",
                                          "gr\xc3\xb6\xc3\x9f"
                                          "er",
                                          std::string(100000, 'x')};
  overwrite(folder / "file.h5", h5::file_image("file.h5", [&](const h5::Group& root) {
              h5::write_texts(root, "texts", texts);
              h5::write_texts(root, "none", std::vector<std::string>{});
              h5::write_attribute(root, "empty", std::string());
              h5::write_attribute(root, "text", texts[2]);
            }));
  const h5::File again(folder / "file.h5");
  BOOST_CHECK(h5::read_texts(again.root(), "texts") == texts);
  BOOST_TEST(h5::read_texts(again.root(), "none").empty());
  BOOST_TEST(h5::read_text_attribute(again.root(), "empty").empty());
  BOOST_TEST(h5::read_text_attribute(again.root(), "text") == texts[2]);
}

BOOST_AUTO_TEST_CASE(equal_content_makes_equal_bytes) {
  const TemporaryFolder folder;
  write_sample(folder / "a.h5");
  sleep(1);
  write_sample(folder / "b.h5");
  BOOST_CHECK(contents(folder / "a.h5") == contents(folder / "b.h5"));
}

BOOST_AUTO_TEST_CASE(wrong_names_types_and_shapes) {
  const TemporaryFolder folder;
  write_sample(folder / "file.h5");
  const h5::File file(folder / "file.h5");
  const h5::Group group = file.root().open_group("inner");
  BOOST_TEST(group.has("numbers"));
  BOOST_TEST(!group.has("letters"));
  BOOST_TEST(group.has_attribute("count"));
  BOOST_TEST(!group.has_attribute("counts"));

  const auto fails = [&](const auto& call, std::initializer_list<std::string> parts) {
    const std::string message = system_error(call);
    BOOST_TEST(mentions(message, parts), message);
  };
  fails([&] { static_cast<void>(h5::read<double>(group, "letters")); }, {"file.h5: /inner/letters", "doesn't exist"});
  fails([&] { static_cast<void>(h5::read<double>(group, "numbers")); }, {"file.h5: /inner/numbers", "element type"});
  fails([&] { static_cast<void>(h5::read<std::int32_t>(group, "numbers", {4})); },
        {"/inner/numbers", "[3] instead of [4]"});
  fails([&] { static_cast<void>(h5::read_attribute<double>(group, "count")); }, {"/inner/count", "element type"});
  fails([&] { static_cast<void>(h5::read_attribute<double>(group, "counts")); }, {"/inner/counts"});
  fails([&] { static_cast<void>(h5::read_text_attribute(group, "count")); }, {"/inner/count", "text"});
  fails([&] { static_cast<void>(h5::read_texts(group, "numbers")); }, {"/inner/numbers", "text"});
  fails([&] { static_cast<void>(group.open_group("numbers")); }, {"/inner/numbers"});
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_opened) {
  const TemporaryFolder folder;
  const std::string none = system_error([&] { static_cast<void>(h5::File(folder / "none.h5")); });
  BOOST_TEST(mentions(none, {"none.h5", "No such file or directory"}), none);
  overwrite(folder / "text.h5", "not HDF5 at all");
  const std::string text = system_error([&] { static_cast<void>(h5::File(folder / "text.h5")); });
  BOOST_TEST(mentions(text, {"text.h5", "signature"}), text);
}

BOOST_AUTO_TEST_CASE(an_exception_while_filling_passes_through) {
  const auto fill = [](const h5::Group& root) {
    h5::write<std::int32_t>(root, "numbers", std::vector<std::int32_t>{1, 2, 3});
    h5::write<std::int32_t>(root, "numbers", std::vector<std::int32_t>{1});
  };
  const std::string message = system_error([&] { static_cast<void>(h5::file_image("file.h5", fill)); });
  BOOST_TEST(mentions(message, {"file.h5: /numbers", "exists"}), message);
}

BOOST_AUTO_TEST_SUITE_END()
