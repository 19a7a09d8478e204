// Filters whose weights and thresholds are trained: their bits, their gradient in a network, and QAT with them.
#include "data/splits.hpp"
#include "image_samples.hpp"
#include "namespaces.hpp"
#include "network/bit_packing.hpp"
#include "network/filter_bits.hpp"
#include "network/filtered.hpp"
#include "network/forward.hpp"
#include "run/results_file.hpp"
#include "run/training_setup.hpp"
#include "small_filters.hpp"
#include "train/qat/batch_pass.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>

BOOST_AUTO_TEST_SUITE(trained_filters)

using namespace isinglass;
using namespace isinglass::testing;

namespace {

/// Two banks over the same images, and an output layer for three classes.
Architecture random_trained(Words& words) {
  Architecture network;
  network.classes = 3;
  network.banks = {random_bank(words)};
  network.banks.push_back(network.banks.front());
  for (filters::Filter& filter : network.banks.back().filters) filter.threshold = 0;
  Layer output;
  output.inputs = static_cast<int>(network::feature_count(network));
  output.units = 3;
  output.weights = make_codebook("1bit");
  output.bias = make_codebook("4bit");
  network.layers = {output};
  network.trains_filters = true;
  return network;
}

/// 300 training pictures, by QAT.
struct TrainedFilters : SmallFilters {
  TrainedFilters() {
    config.method = Method::qat;
    config.network.hidden[0].filters.copies = 0;
    config.network.hidden[0].filters.stages = 1;
    config.qat.epochs = 8;
    config.qat.batch = 20;
    config.qat.filters = FilterUse::trained;
    config.qat.filter_rate = 0.1;
  }

  /// The network that a training of so many epochs ends with.
  Model trained() {
    options.fresh = true;
    static_cast<void>(run());
    return read_model(folder.results());
  }
};

/// Filters of which at least one parameter differs.
int changed_filters(const filters::Bank& a, const filters::Bank& b) {
  int changed = 0;
  for (std::size_t f = 0; f < a.filters.size(); ++f) changed += a.filters[f] == b.filters[f] ? 0 : 1;
  return changed;
}

}  // namespace

BOOST_AUTO_TEST_CASE(bits_of_filters_are_put_back) {
  Words words(1);
  for (int round = 0; round < 20; ++round) {
    const filters::Bank bank = random_bank(words);
    const LayerBits bits = bits_of_filters(bank);
    BOOST_TEST(bits.weights.size() == filters::tap_count(bank));
    filters::Bank other = bank;
    for (filters::Filter& filter : other.filters) {
      filter.threshold = filters::threshold_range(bank.shape).first;
      std::ranges::fill(filter.is_plus, 0);
    }
    BOOST_TEST((with_filters(other, bits) == bank));
  }
}

BOOST_AUTO_TEST_CASE(a_network_settles_on_the_filters_of_its_bits) {
  Words words(2);
  const Architecture network = random_trained(words);
  NetworkBits bits = starting_bits(network, 1);
  BOOST_TEST((bit_counts(network) == bit_counts(bits)));
  BOOST_TEST((unpack(pack(bits), bit_counts(network)) == bits));
  BOOST_TEST((settled(network, bits).architecture.banks == network.banks));
  bits[1].weights.front() ^= 1U;
  const SettledNetwork changed = settled(network, bits);
  BOOST_TEST(!changed.architecture.trains_filters);
  BOOST_TEST(changed.bits.size() == 1U);
  BOOST_TEST(changed_filters(changed.architecture.banks[0], network.banks[0]) == 1);
  BOOST_TEST((changed.architecture.banks[1] == network.banks[1]));
  const Samples samples = random_samples(words, network, 70);
  BOOST_TEST((predictions_by_filters(network, bits, samples) ==
              predictions_by_filters(changed.architecture, changed.bits, samples)));
}

BOOST_AUTO_TEST_CASE(latents_begin_at_the_filters_as_they_were_drawn) {
  Words words(3);
  const Architecture network = random_trained(words);
  const train::qat::Layout layout = train::qat::make_layout(network);
  std::vector<double> latents = train::qat::initial_latents(layout, 0.1, 5);
  train::qat::start_at_filters(network, layout, latents);
  const NetworkBits bits = train::qat::to_bits(network, layout, latents);
  BOOST_TEST((bit_counts(network) == bit_counts(bits)));
  BOOST_TEST((settled(network, bits).architecture.banks == network.banks));
}

// The gradient by the weights of filters is that of a sum over the images, whatever rank or batch they are in.
BOOST_AUTO_TEST_CASE(the_gradient_of_parts_sums_to_that_of_the_whole) {
  Words words(4);
  const Architecture network = random_trained(words);
  const train::qat::Layout layout = train::qat::make_layout(network);
  const train::qat::LossScale loss = train::qat::make_loss(network, QatConfig{});
  std::vector<double> latents = train::qat::initial_latents(layout, 0.1, 6), values(layout.parameters);
  train::qat::start_at_filters(network, layout, latents);
  train::qat::round_latents(layout, latents, values);
  const Samples samples = random_samples(words, network, 90);
  DataSplits data;
  data.rows = network.banks.front().shape.rows;
  data.columns = network.banks.front().shape.columns;
  data.first_images = samples.pixels;
  const auto gradient_of = [&](std::size_t parts) {
    std::vector<std::int64_t> gradient(layout.parameters);
    train::qat::BatchPass pass(network, layout, 1.0,
                               std::make_unique<train::qat::FilterPass>(network, layout, 1.0, data));
    for (std::size_t part = 0; part < parts; ++part) {
      std::vector<std::uint32_t> rows;
      std::vector<std::uint8_t> labels;
      for (std::size_t s = part; s < samples.size(); s += parts) {
        rows.push_back(static_cast<std::uint32_t>(s));
        labels.push_back(samples.labels[s]);
      }
      pass.forward(values, samples, rows);
      pass.backward(values, loss, labels, gradient);
    }
    return gradient;
  };
  const std::vector<std::int64_t> whole = gradient_of(1);
  BOOST_TEST(std::count_if(whole.begin() + static_cast<std::ptrdiff_t>(layout.banks.front().weights.first), whole.end(),
                           [](std::int64_t sum) { return sum != 0; }) > 10);
  BOOST_TEST(gradient_of(4) == whole, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(qat_trains_filters_and_writes_the_network_that_it_judged, TrainedFilters) {
  const RunResults results = run().results;
  BOOST_TEST(results.train_accuracy > 0.95);
  BOOST_TEST(results.test_accuracy > 0.9);
  const Model model = read_model(folder.results());
  const DataSplits data = load_data_of(config, Communicator(), Communicator());
  BOOST_TEST(evaluate(model.architecture, model.bits, data.train, Communicator()).accuracy() == results.train_accuracy);
  BOOST_TEST(evaluate(model.architecture, model.bits, data.validation, Communicator()).accuracy() ==
             results.validation_accuracy);
}

BOOST_FIXTURE_TEST_CASE(filters_stay_as_they_are_drawn_where_that_is_asked_for, TrainedFilters) {
  const Model changed = trained();
  config.qat.filters = FilterUse::drawn;
  const Model drawn = trained();
  config.seed = 2;  // other filters
  const Model other = trained();
  const filters::Bank& bank = drawn.architecture.banks.front();
  BOOST_TEST((drawn.architecture.banks.front().units == changed.architecture.banks.front().units));
  BOOST_TEST(changed_filters(bank, changed.architecture.banks.front()) > 2);
  BOOST_TEST(changed_filters(bank, other.architecture.banks.front()) > 2);
  const TrainingSetup setup = load_setup(config, Communicator(), Communicator());
  BOOST_TEST((setup.architecture.banks == other.architecture.banks));
}

BOOST_AUTO_TEST_SUITE_END()
