#!/bin/sh
# Trains on all GPUs of this machine, or on as many processes as GPUS says: sh train.sh --data DIR --out RUN
# For several machines, run on each: torchrun --nnodes=N --nproc_per_node=8 --rdzv_backend=c10d --rdzv_endpoint=HOST:29500 train.py ...
cd "$(dirname "$0")" || exit 1
exec torchrun --standalone --nproc_per_node="${GPUS:-gpu}" train.py "$@"
