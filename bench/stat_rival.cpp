// Times one stat(2) for each of the NUL-ended paths on standard input; prints the milliseconds of
// the fastest round. What confirming an index cannot do without.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

int main() {
  std::vector<std::string> paths;
  for (std::string path; std::getline(std::cin, path, '\0');) paths.push_back(path);

  double fastest = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (const std::string& path : paths) {
      struct stat status;
      if (stat(path.c_str(), &status) != 0) return std::perror(path.c_str()), 1;
    }
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    fastest = std::min(fastest, time.count());
  }
  std::printf("%.3f\n", fastest);
}
