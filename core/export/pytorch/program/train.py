"""Trains the network: one process, or several under torchrun.

    python train.py --data DIR --out RUN
    torchrun --standalone --nproc_per_node=8 train.py --data DIR --out RUN

DIR holds train/<class>/* and val/<class>/*. recipe.json says how the network learns. RUN gets log.ndjson, last.pt to go on from
(--resume), and best/ and last/ with weights that Pocketformer imports.
"""
import argparse
import json
import os
import random
import sys
import time
from functools import partial

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, Subset

from checkpoints import hand_back, load_fitting
from model import Network, initialise, parameter_groups, set_drop_path
from optimisation import Average, clip_units, cross_entropy, learning_rate_at, mixed

HERE = os.path.dirname(os.path.abspath(__file__))


def read_json(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with train/ and val/")
    parser.add_argument("--synthetic", type=int, metavar="N", help="N random images instead of --data, to try a machine out")
    parser.add_argument("--out", required=True, help="folder of this training")
    parser.add_argument("--resume", action="store_true", help="go on from last.pt in --out")
    parser.add_argument("--weights", help="start from this safetensors file, e.g. weights.safetensors; fresh weights by default")
    parser.add_argument("--epochs", type=float, help="instead of the recipe's; warm-up keeps its share")
    parser.add_argument("--batch-size", type=int, help="images per step on all processes, instead of the recipe's")
    parser.add_argument("--learning-rate", type=float, help="highest learning rate for that batch size, instead of the recipe's")
    parser.add_argument("--micro-batch-size", type=int, help="images that a process computes at once; their gradients are added up")
    parser.add_argument("--max-steps", type=int, help="end after so many steps, as if stopped")
    parser.add_argument("--workers", type=int, default=8, help="processes that load images, for each GPU")
    parser.add_argument("--amp", choices=["auto", "off", "bfloat16", "float16"], default="auto", help="precision of matrix products")
    parser.add_argument("--sync-batch-norm", action="store_true", help="batch norms see the images of all processes")
    parser.add_argument("--compile", action="store_true", help="torch.compile the network")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if (chosen.data is None) == (chosen.synthetic is None):
        parser.error("expected either --data or --synthetic")
    return chosen


def recipe_of(options):
    """recipe.json with what the command line says otherwise."""
    recipe = read_json("recipe.json")
    if options.epochs is not None:
        for part in "warmupEpochs", "cooldownEpochs":
            recipe[part] *= options.epochs / recipe["epochs"]
        recipe["epochs"] = options.epochs
    if options.batch_size is not None:
        recipe["batchSize"] = options.batch_size
    scale = recipe["batchSize"] / recipe["learningRateBatchSize"]
    highest = options.learning_rate or recipe["learningRate"] * scale
    return {**recipe, "highest": highest, "lowest": highest * recipe["minLearningRate"] / recipe["learningRate"]}


class Training:
    def __init__(self, options):
        self.options, self.recipe, self.facts = options, recipe_of(options), read_json("handoff.json")
        self.world, self.rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        use_cuda = torch.cuda.is_available()
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if use_cuda else torch.device("cpu")
        if use_cuda:
            torch.cuda.set_device(self.device)
            torch.set_float32_matmul_precision("high")
        if self.world > 1:
            dist.init_process_group("nccl" if use_cuda else "gloo")
        torch.manual_seed(options.seed)
        self.load_data()
        self.make_network()

    def load_data(self):
        options, recipe = self.options, self.recipe
        size, normalisation = self.facts["resolution"], self.facts["normalisation"]
        if options.synthetic is not None:
            from synthetic import SyntheticImages

            self.train_images = SyntheticImages(options.synthetic, size, self.facts["classes"])
            self.val_images = SyntheticImages(max(1, options.synthetic // 10), size, self.facts["classes"])
        else:
            from data import ImageFolder, evaluation_view, training_view  # which needs Pillow

            names = self.facts["classNames"]
            train_view = partial(training_view, size=size, normalisation=normalisation, recipe=recipe)
            val_view = partial(evaluation_view, size=size, normalisation=normalisation, crop=recipe["evaluationCrop"])
            self.train_images = ImageFolder(os.path.join(options.data, "train"), train_view, names)
            self.val_images = ImageFolder(os.path.join(options.data, "val"), val_view, self.train_images.classes)
            if self.val_images.classes != self.train_images.classes:
                raise SystemExit(f"{options.data}: train and val have other classes.")
        self.classes = self.train_images.classes
        self.class_names = None if options.data is None else self.classes
        self.part = recipe["batchSize"] // self.world  # images of a step on this process
        self.micro = min(self.part, options.micro_batch_size or self.part)
        if recipe["batchSize"] % self.world != 0:
            raise SystemExit(f"A batch of {recipe['batchSize']} cannot be shared by {self.world} processes; see --batch-size.")
        if len(self.train_images) < recipe["batchSize"]:
            raise SystemExit(f"{len(self.train_images)} images do not make a batch of {recipe['batchSize']}; see --batch-size.")
        self.steps_per_epoch = len(self.train_images) // recipe["batchSize"]
        # Fixed by the seed and the epoch, so that a resumed training sees the same images.
        self.sampler = DistributedSampler(self.train_images, self.world, self.rank, seed=options.seed, drop_last=True)
        loading = {"num_workers": options.workers, "pin_memory": self.device.type == "cuda"}
        self.train_loader = DataLoader(self.train_images, self.part, sampler=self.sampler, drop_last=True, worker_init_fn=seed_worker, **loading)
        share = Subset(self.val_images, range(self.rank, len(self.val_images), self.world))
        self.val_loader = DataLoader(share, self.micro, **loading)

    def make_network(self):
        options, recipe = self.options, self.recipe
        network = Network(classes=len(self.classes))
        initialise(network)
        if options.weights:
            load_fitting(network, options.weights, self.class_names)
        set_drop_path(network, recipe["stochasticDepth"])
        if options.sync_batch_norm and self.device.type == "cuda" and self.world > 1:
            network = torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)
        self.network = network.to(self.device)
        self.average = Average(self.network, recipe["averageDecay"])
        self.optimizer = torch.optim.AdamW(parameter_groups(self.network, recipe["weightDecay"], recipe["decayConvolutions"]), lr=0)
        self.precision = precision_of(options.amp, self.device)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.precision == torch.float16)
        self.step, self.epoch, self.best = 0, 0, -1.0
        if options.resume:
            self.restore()
        self.parallel = torch.compile(self.network) if options.compile else self.network
        if self.world > 1:
            self.parallel = DistributedDataParallel(self.parallel, [self.device.index] if self.device.type == "cuda" else None)

    def run(self):
        recipe = self.recipe
        epochs = recipe["epochs"] + recipe["cooldownEpochs"]
        total = max(1, round(epochs * self.steps_per_epoch))
        if self.options.max_steps is not None:
            total = min(total, self.options.max_steps)
        while self.step < total:
            start, first = time.monotonic(), self.step
            loss, rate = self.train_epoch(total)
            top1 = self.evaluate()
            self.epoch += 1
            seconds = time.monotonic() - start
            speed = (self.step - first) * recipe["batchSize"] / seconds
            self.keep(top1, {"epoch": self.epoch, "step": self.step, "loss": loss, "learningRate": rate, "top1": top1, "imagesPerSecond": speed})
        if self.world > 1:
            dist.destroy_process_group()

    def train_epoch(self, total):
        recipe = self.recipe
        self.sampler.set_epoch(self.epoch)
        seed = self.options.seed + 1_000_003 * self.epoch + 97 * self.rank
        torch.manual_seed(seed)
        random.seed(seed)
        self.network.train()
        losses, rate = 0.0, 0.0
        steps = min(self.steps_per_epoch, total - self.step)
        for done, (images, labels) in zip(range(1, steps + 1), self.train_loader):
            rate = learning_rate_at(
                self.step, round(recipe["epochs"] * self.steps_per_epoch), round(recipe["warmupEpochs"] * self.steps_per_epoch),
                recipe["highest"], recipe["lowest"],
            )
            loss = self.train_step(images.to(self.device, non_blocking=True), labels.to(self.device, non_blocking=True), rate)
            losses += loss
            if self.rank == 0 and (done % 50 == 0 or done == steps):
                print(f"epoch {self.epoch + 1}, step {done}/{steps}: loss {losses / done:.4f}, learning rate {rate:.2e}", file=sys.stderr, flush=True)
        return losses / max(1, steps), rate

    def train_step(self, images, labels, rate):
        recipe, network = self.recipe, self.network
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        images, targets = mixed(images, labels, len(self.classes), recipe)
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        parts = list(zip(images.split(self.micro), targets.split(self.micro)))
        for index, (some, wanted) in enumerate(parts):
            is_last = index == len(parts) - 1
            # Gradients are exchanged once a step.
            waits = self.parallel.no_sync() if self.world > 1 and not is_last else torch.enable_grad()
            with waits:
                with torch.autocast(self.device.type, self.precision, enabled=self.precision is not None):
                    logits = self.parallel(some)
                loss = cross_entropy(logits, wanted) * len(some) / len(images)
                self.scaler.scale(loss).backward()
            total += loss.item()
        if total != total:
            raise SystemExit(f"Training diverged at step {self.step + 1}: the loss is not a number. Lower learningRate or raise warmupEpochs.")
        self.scaler.unscale_(self.optimizer)
        if recipe["adaptiveClip"] > 0:
            clip_units(network.parameters(), recipe["adaptiveClip"])
        if recipe["clipNorm"] is not None:
            torch.nn.utils.clip_grad_norm_(network.parameters(), recipe["clipNorm"])
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.average.update(network, self.step)
        self.step += 1
        return total

    @torch.no_grad()
    def evaluate(self):
        """Accuracy of the averaged network on the validation images of all processes."""
        counts = torch.zeros(2, dtype=torch.float64, device=self.device)
        for images, labels in self.val_loader:
            images, labels = images.to(self.device, non_blocking=True), labels.to(self.device, non_blocking=True)
            with torch.autocast(self.device.type, self.precision, enabled=self.precision is not None):
                logits = self.average.network(images)
            counts += torch.tensor([(logits.argmax(1) == labels).sum(), len(labels)], dtype=torch.float64, device=self.device)
        if self.world > 1:
            dist.all_reduce(counts)
        return (counts[0] / counts[1]).item()

    def keep(self, top1, line):
        if self.rank == 0:
            out = self.options.out
            os.makedirs(out, exist_ok=True)
            print(json.dumps(line), flush=True)
            with open(os.path.join(out, "log.ndjson"), "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            hand_back(self.average.network, os.path.join(out, "last"), self.told())
            if top1 > self.best:
                hand_back(self.average.network, os.path.join(out, "best"), self.told())
        self.best = max(self.best, top1)
        if self.rank == 0:
            self.save()
        if self.world > 1:
            dist.barrier()

    def told(self):
        """What the weights are told to be of."""
        return {**self.facts, "classes": len(self.classes), "classNames": self.class_names, "weights": "trained"}

    def save(self):
        path = os.path.join(self.options.out, "last.pt")
        torch.save({
            "network": self.network.state_dict(), "average": self.average.network.state_dict(), "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(), "step": self.step, "epoch": self.epoch, "best": self.best,
        }, f"{path}.tmp")
        os.replace(f"{path}.tmp", path)

    def restore(self):
        path = os.path.join(self.options.out, "last.pt")
        if not os.path.exists(path):
            print(f"There is no {path}; the training begins.", file=sys.stderr)
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.network.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.step, self.epoch, self.best = state["step"], state["epoch"], state["best"]


def seed_worker(_):
    random.seed(torch.initial_seed() % 2**32)


def precision_of(choice, device):
    """Type of matrix products, or None for float32."""
    if choice == "auto":
        if device.type != "cuda":
            return None
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return None if choice == "off" else getattr(torch, choice)


if __name__ == "__main__":
    Training(arguments()).run()
