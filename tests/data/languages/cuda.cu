// Sums on the device.
#include <cuda_runtime.h>
#include "reduce.cuh"

#define TILE 32

namespace gpu {

__constant__ float kWeights[TILE];

/// Adds what a block holds.
template <typename T, int N>
__global__ void __launch_bounds__(256, 2)
add_blocks(const T* __restrict__ in, T* out, int n) {
    __shared__ float tile[TILE][TILE + 1];
    extern __shared__ float rest[];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = scaled(in[i]);
    __syncthreads();
}

__device__ __forceinline__ float scaled(float x) { return __fmul_rn(x, 2.0f); }

__host__ __device__
inline int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}

struct Square {
    __device__ float operator()(float x) const { return x * x; }
};

}  // namespace gpu

extern "C" __global__ void clear(float* x) {
    x[threadIdx.x] = 0;
}

void run(float* a, float* b, int n, cudaStream_t stream) {
    dim3 grid(gpu::ceil_div(n, 256));
    gpu::add_blocks<float, 4><<<grid, 256, 0, stream>>>(a, b, n);
    clear<<<gpu::ceil_div(n, 32), 32>>>(a);
    auto twice = [=] __device__ (float x) { return 2 * x; };
    finish<<<1, 1>>>();
    check(cudaGetLastError());
}
