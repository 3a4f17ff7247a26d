"""Which pages there are, and what a browser finds wrong with how a page is laid out."""

from pathlib import Path

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("[0-9]*_*.py"))
PATHS = ["", *(page.partition("_")[2] for page in PAGES)]
# What stands out of the page: elements that reach beyond the window, in no box of their own that scrolls.
OVERFLOW = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push('the document');
    if (main.scrollWidth > main.clientWidth) found.push('the main part');
    const contained = element => {
        for (let box = element.parentElement; box && box !== main; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== 'visible') return true;
        return false;
    };
    for (const element of main.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        const shown = box.width && box.height && element.checkVisibility();
        if (shown && box.right > innerWidth + 1 && !contained(element))
            found.push(`${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`);
    }
    return found.slice(0, 5);
}"""
# Text that runs out of its table cell, over its neighbour: no box scrolls there, so nothing else tells.
SPILLS = """() => {
    const found = [];
    for (const cell of document.querySelectorAll('[data-testid="stMain"] :is(td, th)')) {
        const edge = cell.getBoundingClientRect();
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (cell.checkVisibility() && texts.nextNode()) {
            let box = texts.currentNode.parentElement;
            while (box !== cell && getComputedStyle(box).overflowX === 'visible') box = box.parentElement;
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            const text = range.getBoundingClientRect();
            const inside = text.left >= edge.left - 1 && text.right <= edge.right + 1;
            if (getComputedStyle(box).overflowX === 'visible' && text.width && !inside)
                found.push(`${cell.textContent.trim().slice(0, 40)}`);
        }
    }
    return [...new Set(found)].slice(0, 5);
}"""
