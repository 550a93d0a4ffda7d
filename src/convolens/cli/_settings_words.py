"""The words in which a report says what was trained, in English and Chinese."""

from __future__ import annotations

from convolens.lens.language import Words

ENGLISH = {
    "title": "{model} on {data}",
    "images": "images",
    "network": "network",
    "epochs": "epochs",
    "batch_size": "batch size",
    "optimizer": "optimizer",
    "optimizer.value": "{name}, learning rate {lr}",
    "momentum": "momentum",
    "weight_decay": "weight decay",
    "schedule": "schedule",
    "schedule.step": "times {factor} every {every} epochs",
    "augment": "augmentation",
    "early_stopping": "early stopping",
    "early_stopping.value": "after {count} epochs without progress",
    "early_stopping.value.one": "after one epoch without progress",
    "seed": "seed",
}
CHINESE = {
    "title": "{data} 上的 {model}",
    "images": "图像",
    "network": "网络",
    "epochs": "轮数",
    "batch_size": "批大小",
    "optimizer": "优化器",
    "optimizer.value": "{name}，学习率 {lr}",
    "momentum": "动量",
    "weight_decay": "权重衰减",
    "schedule": "学习率调度",
    "schedule.step": "每 {every} 轮乘以 {factor}",
    "augment": "图像变换",
    "early_stopping": "提前停止",
    "early_stopping.value": "{count} 轮没有进步之后",
    "seed": "随机种子",
}


def settings_words(lang: str | None = None) -> Words:
    """Return the words in a language; None for what ``language`` says.

    Example:
        >>> settings_words("zh")("title", model="lenet5", data="mnist")
        'mnist 上的 lenet5'
    """
    return Words(ENGLISH, CHINESE, lang)
