// Networks that begin with filters: what they say of an image, how they are drawn and trained, and their files.
#include "base/error.hpp"
#include "filters/bits.hpp"
#include "image_samples.hpp"
#include "namespaces.hpp"
#include "network/filtered.hpp"
#include "network/forward.hpp"
#include "plain_features.hpp"
#include "run/checkpoint.hpp"
#include "run/model_group.hpp"
#include "run/training_setup.hpp"
#include "small_filters.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

BOOST_AUTO_TEST_SUITE(filter_network)

using namespace isinglass;
using namespace isinglass::testing;
using testing::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

Layer random_layer(Words& words, int inputs, int units, bool is_output) {
  Layer layer;
  layer.inputs = inputs;
  layer.units = units;
  layer.weights = make_codebook(is_output && words.flip() ? "1bit" : words.one_of<const char*>({"1bit", "ternary"}));
  layer.bias = make_codebook("4bit");
  layer.bias_unit = words.between(1, 9);
  if (is_output) return layer;
  layer.thresholds = {words.between(-20, 0), words.between(1, 20)};
  layer.values = {-2, 1, 3};
  layer.pieces = {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}};
  return layer;
}

/// One or two banks over the same images, perhaps a dense layer, and an output layer.
Architecture random_network(Words& words, int classes) {
  Architecture network;
  network.classes = classes;
  network.banks = {random_bank(words)};
  if (words.flip()) {
    network.banks.push_back(network.banks.front());
    network.banks.back().units.pop_back();
    network.banks.back().units.push_back({{{0, 0, 0, false, true}}});
  }
  int inputs = static_cast<int>(network::feature_count(network));
  if (words.between(0, 2) == 0) {
    network.layers.push_back(random_layer(words, inputs, 4, false));
    inputs = 4;
  }
  network.layers.push_back(random_layer(words, inputs, classes == 2 ? 1 : classes, true));
  return network;
}

/// The features of all banks by their definition.
std::vector<std::int8_t> plain_inputs(const Architecture& network, std::span<const std::uint8_t> image) {
  std::vector<std::int8_t> inputs;
  for (const filters::Bank& bank : network.banks)
    for (const int feature : plain_features(bank, image)) inputs.push_back(static_cast<std::int8_t>(feature));
  return inputs;
}

/// A network of three classes with all that a file of it holds.
Model random_model(Words& words) {
  Model model;
  model.architecture = random_network(words, 3);
  model.bits = random_bits(model.architecture, 3);
  model.class_names = {"a", "b", "c"};
  const filters::Shape& shape = model.architecture.banks.front().shape;
  model.rows = shape.rows;
  model.columns = shape.columns;
  model.center.assign(static_cast<std::size_t>(shape.rows * shape.columns), 7);
  return model;
}

}  // namespace

BOOST_AUTO_TEST_CASE(random_networks_say_what_their_definition_says) {
  Words words(5);
  for (int round = 0; round < 60; ++round) {
    const Architecture network = random_network(words, words.between(2, 4));
    const NetworkBits bits = random_bits(network, static_cast<std::uint64_t>(round));
    const NetworkValues values = decode(network, bits);
    const Samples samples = random_samples(words, network, 70);
    const std::vector<int> found = predictions_by_filters(network, bits, samples);
    const Samples made = with_features(network, samples);
    std::int64_t correct = 0;
    int wrong = 0;
    for (std::size_t s = 0; s < samples.size(); ++s) {
      const std::vector<std::int8_t> inputs = plain_inputs(network, samples.image(s));
      const int expected = predicted_class(forward(network, values, inputs));
      wrong += found[s] != expected || !std::ranges::equal(made.row(s), inputs) ? 1 : 0;
      correct += expected == samples.labels[s] ? 1 : 0;
    }
    BOOST_TEST(wrong == 0, "round " << round);
    BOOST_TEST(evaluate(network, bits, samples, Communicator()).correct == correct);
    BOOST_TEST(evaluate(network, bits, made, Communicator()).correct == correct);
  }
}

BOOST_AUTO_TEST_CASE(offsets_reach_no_further_than_small_maps) {
  LayerConfig layer;
  layer.filters.reach = 8;
  BOOST_TEST(draw_options(layer, filters::usual_shape(28, 28)).wiring.reach == 8);
  BOOST_TEST(draw_options(layer, filters::usual_shape(8, 28)).wiring.reach == 4);  // rows 1 .. 5 have a bit
}

BOOST_AUTO_TEST_CASE(weights_of_a_bank_are_taken_and_put_back) {
  Words words(6);
  for (int round = 0; round < 20; ++round) {
    Architecture network = random_network(words, 3);
    network.layers = {random_layer(words, static_cast<int>(network::feature_count(network)), 3, true)};
    network.layers.front().weights = make_codebook("1bit");
    const NetworkBits bits = random_bits(network, 1);
    NetworkBits other = random_bits(network, 2);
    for (std::size_t b = 0; b < network.banks.size(); ++b) set_weights(network, b, readout_of(network, bits, b), other);
    BOOST_TEST((other.front().weights == bits.front().weights));
  }
}

BOOST_AUTO_TEST_CASE(parameters_and_bits_are_those_of_the_banks_and_layers_together) {
  Words words(7);
  const Architecture network = random_network(words, 3);
  Architecture layers = network;
  layers.banks.clear();
  std::int64_t parameters = parameter_count(layers);
  double bits = bits_per_parameter(layers) * static_cast<double>(parameters);
  for (const filters::Bank& bank : network.banks) {
    parameters += filters::parameter_count(bank);
    bits += filters::count_bits(bank).total();
  }
  BOOST_TEST(parameter_count(network) == parameters);
  BOOST_CHECK_CLOSE(bits_per_parameter(network), bits / static_cast<double>(parameters), 1e-9);
}

BOOST_AUTO_TEST_CASE(banks_come_back_from_a_file) {
  Words words(8);
  const TemporaryFolder folder;
  for (int round = 0; round < 10; ++round) {
    const Model model = random_model(words);
    overwrite(folder / "model.h5",
              h5::file_image("model", [&](const h5::Group& root) { write_model_group(root, model); }));
    const Model read = read_model_group(h5::File(folder / "model.h5").root());
    BOOST_TEST((read.architecture.banks == model.architecture.banks && read.bits == model.bits));
  }
}

BOOST_AUTO_TEST_CASE(a_file_with_impossible_filters_is_refused) {
  Words words(9);
  const TemporaryFolder folder;
  const auto refused = [&](const std::function<void(filters::Bank&)>& damage) {
    Model model = random_model(words);
    damage(model.architecture.banks.front());
    overwrite(folder / "model.h5",
              h5::file_image("model", [&](const h5::Group& root) { write_model_group(root, model); }));
    return message_of<InputError>([&] { static_cast<void>(read_model_group(h5::File(folder / "model.h5").root())); });
  };
  BOOST_TEST(!refused([](filters::Bank& bank) { bank.units.front().literals.front().filter = 999; }).empty());
  BOOST_TEST(!refused([](filters::Bank& bank) { bank.filters.front().is_plus.pop_back(); }).empty());
  BOOST_TEST(!refused([](filters::Bank& bank) { bank.shape.row_windows.front().last += 1000; }).empty());
  BOOST_TEST(!refused([](filters::Bank& bank) { bank.units.push_back(bank.units.front()); }).empty());
  BOOST_TEST(!refused([](filters::Bank& bank) { ++bank.shape.rows; }).empty());
}

BOOST_FIXTURE_TEST_CASE(a_training_learns_and_its_numbers_are_those_of_the_written_network, SmallFilters) {
  const RunResults results = run().results;
  BOOST_TEST(results.history.size() == 6U);
  BOOST_TEST(results.train_accuracy > 0.95);
  BOOST_TEST(results.test_accuracy > 0.9);
  const Model model = read_model(folder.results());
  BOOST_TEST(model.architecture.banks.size() == 2U);
  const DataSplits data = load_data_of(config, Communicator(), Communicator());
  BOOST_TEST(evaluate(model.architecture, model.bits, data.train, Communicator()).accuracy() == results.train_accuracy);
  BOOST_TEST(evaluate(model.architecture, model.bits, data.validation, Communicator()).accuracy() ==
             results.validation_accuracy);
}

BOOST_FIXTURE_TEST_CASE(views_and_chosen_units_are_those_of_the_written_network, SmallFilters) {
  config.network.hidden[0].filters.views = 3;
  config.network.hidden[0].filters.candidates = 3;
  const RunResults results = run().results;
  BOOST_TEST(results.test_accuracy > 0.9);
  const Model model = read_model(folder.results());
  BOOST_TEST_REQUIRE(model.architecture.banks.size() == 2U);
  for (const filters::Bank& bank : model.architecture.banks) {
    BOOST_TEST(bank.shape.views.size() == 3U);
    BOOST_TEST(bank.code.has_value());
  }
  const DataSplits data = load_data_of(config, Communicator(), Communicator());
  BOOST_TEST(evaluate(model.architecture, model.bits, data.train, Communicator()).accuracy() == results.train_accuracy);
}

BOOST_FIXTURE_TEST_CASE(too_many_candidates_are_told_before_they_are_drawn, SmallFilters) {
  config.network.hidden[0].units = 65536;
  config.network.hidden[0].filters.candidates = 64;
  const auto refused = failure_of([&] { static_cast<void>(run()); });
  BOOST_REQUIRE(refused);
  BOOST_TEST(std::string(refused->what()).find("network.hidden.0: filters.candidates: 64 candidates have") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(two_classes_are_one_output, SmallFilters) {
  config.data.classes = {"0", "2"};
  const RunResults results = run().results;
  BOOST_TEST(results.test_accuracy > 0.9);
  const Model model = read_model(folder.results());
  BOOST_TEST(model.architecture.outputs() == 1);
  const DataSplits data = load_data_of(config, Communicator(), Communicator());
  BOOST_TEST(evaluate(model.architecture, model.bits, data.train, Communicator()).accuracy() == results.train_accuracy);
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_whose_network_has_another_loss_is_refused, SmallFilters) {
  static_cast<void>(run());
  fs::remove(folder.results());
  const fs::path path = folder.checkpoints().front();
  const TrainingSetup setup = load_setup(config, Communicator(), Communicator());
  const Samples& train = setup.data.train;
  TrainingState state =
      read_checkpoint(path, {setup.architecture, train.first, train.size(), train.global_size}, Communicator());
  for (std::uint8_t& bit : state.current.front().front().weights) bit = 1 - bit;
  write_checkpoint(path, state, Communicator());
  const auto error = failure_of([&] { static_cast<void>(run()); });
  BOOST_REQUIRE(error);
  BOOST_TEST((error->code() == ExitCode::checkpoint_unusable));
  BOOST_TEST(std::string(error->what()).find("incumbent_objective") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(other_methods_train_layers_behind_filters, SmallFilters) {
  LayerConfig& layer = config.network.hidden[0];
  layer.filters.stages = 1;
  layer.filters.copies = 0;
  layer.filters.literal_shares = {0.08, 0.42, 0.50};  // so few units do with few parts
  layer.filters.reach = 3;
  layer.filters.negated_share = 0.3;
  layer.units = 4;
  config.network.hidden.push_back({.units = 5});
  for (const Method method : {Method::anneal, Method::qcgd, Method::qat}) {
    config.method = method;
    config.qcgd.iterations = 3;
    config.anneal.sweeps = 10;
    config.qat.epochs = 20;
    config.qat.batch = 20;
    options.fresh = true;
    const RunResults results = run().results;
    BOOST_TEST(results.train_accuracy > 0.8, name_of(method));
    const Model model = read_model(folder.results());
    const DataSplits data = load_data_of(config, Communicator(), Communicator());
    BOOST_TEST(evaluate(model.architecture, model.bits, data.train, Communicator()).accuracy() ==
               results.train_accuracy);
  }
}

BOOST_FIXTURE_TEST_CASE(gradients_train_the_output_of_more_features_than_solvers_have_steps_for, SmallFilters) {
  LayerConfig& layer = config.network.hidden[0];
  layer.filters.copies = 0;
  layer.units = 1500;
  config.method = Method::qcgd;
  const auto refused = failure_of([&] { static_cast<void>(run()); });
  BOOST_REQUIRE(refused);
  BOOST_TEST(std::string(refused->what()).find("steps of its integer grid") != std::string::npos);
  config.method = Method::qat;
  config.qat.epochs = 10;
  config.qat.batch = 20;
  const RunResults results = run().results;
  BOOST_TEST(results.train_accuracy > 0.95);
  const Model model = read_model(folder.results());
  const DataSplits data = load_data_of(config, Communicator(), Communicator());
  BOOST_TEST(evaluate(model.architecture, model.bits, data.train, Communicator()).accuracy() == results.train_accuracy);
}

BOOST_AUTO_TEST_SUITE_END()
