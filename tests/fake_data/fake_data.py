#!/usr/bin/env python3
"""A folder that looks like ${FACET_DATA} to whoever does not open its images.

    fake_data.py FOLDER

Every layout that experiments/DATA.md describes, as small as its rules allow: lists of the right form, for
each image that they name a grey JPEG of 64 x 64 px, for each model a file of a few bytes. `facet check` and
`facet check --inputs` find all that the files in experiments/ ask for; nothing can be detected or trained.
"""
import base64
import os
import random
import sys

GREY = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hn"
    "Pk1xeXBkeFxlZ2P/wAALCABAAEABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "AAAAAAAAAAAAAAAAAAAAAP/Z")
FOLDS = 10
NAMES = ["Ann_Lee", "Bob_Ray", "Cid_Fox", "Dee_Orr"]  # of a fold; its number is added


class Tree:
    def __init__(self, root):
        self.root = root

    def write(self, path, content):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def image(self, path):
        self.write(path, GREY)

    def lines(self, path, lines):
        self.write(path, "".join(line + "\n" for line in lines))


def people_of(fold):
    return ["%s_%d" % (name, fold) for name in NAMES]


def lfw(tree):
    """Two matched and two mismatched pairs a fold; view 1 has the people of the first two."""
    def matched(people):
        return ["%s\t1\t2" % name for name in people[:2]]

    def mismatched(people):
        return ["%s\t1\t%s\t1" % pair for pair in zip(people[:2], people[2:])]

    pairs, people = ["%d\t2" % FOLDS], ["%d" % FOLDS]
    for fold in range(FOLDS):
        names = people_of(fold)
        pairs += matched(names) + mismatched(names)
        people += [str(len(names))] + ["%s\t2" % name for name in names]
        for name in names:
            for number in (1, 2):
                tree.image("lfw/images/%s/%s_%04d.jpg" % (name, name, number))
    tree.lines("lfw/pairs.txt", pairs)
    tree.lines("lfw/people.txt", people)
    for fold, name in enumerate(["pairsDevTrain.txt", "pairsDevTest.txt"]):
        tree.lines("lfw/" + name, ["2"] + matched(people_of(fold)) + mismatched(people_of(fold)))


def ytf(tree):
    """Videos 0 and 1 of each person, of three frames."""
    lines = []
    for split in range(FOLDS):
        names = people_of(split)
        pairs = [("%s/0" % name, "%s/1" % name, 1) for name in names[:2]]
        pairs += [("%s/0" % a, "%s/0" % b, 0) for a, b in zip(names[:2], names[2:])]
        for number, pair in enumerate(pairs):
            lines.append("%d, %d, %s, %s, %d" % ((split + 1, number + 1) + pair))
        for name in names:
            boxes = []
            for video in (0, 1):
                for frame in (618, 619, 700):
                    tree.image("ytf/frame_images_DB/%s/%d/%d.%d.jpg" % (name, video, video, frame))
                    boxes.append("%s\\%d\\%d.%d.jpg,0,32,32,40,40,0.0,1" % (name, video, video, frame))
            tree.lines("ytf/frame_images_DB/%s.labeled_faces.txt" % name, boxes)
    tree.lines("ytf/splits.txt", lines)


def vggface(tree):
    """Of each list half the images are curated."""
    for name in ("Eve_Poe", "Gus_Kay", "Ida_Lux"):
        lines = []
        for number in range(1, 9):
            lines.append("%08d http://example.com/%s/%d.jpg 8.00 8.00 56.00 56.00 3.00 2.50 %d" %
                         (number, name, number, number % 2))
            tree.image("vggface/images/%s/%08d.jpg" % (name, number))
        tree.lines("vggface/files/%s.txt" % name, lines)


def celeba(tree):
    """The official lists, whose images are in Img/, beside folders of people."""
    images = ["%06d.jpg" % number for number in range(1, 13)]
    for image in images:
        tree.image("celeba/Img/img_celeba/" + image)
    tree.lines("celeba/identity_CelebA.txt", ["%s %d" % (image, i // 3) for i, image in enumerate(images)])
    tree.lines("celeba/list_eval_partition.txt",
               ["%s %d" % (image, i // 3 % 3) for i, image in enumerate(images)])
    head = [str(len(images)), "image_id x_1 y_1 width height"]
    tree.lines("celeba/list_bbox_celeba.txt", head + ["%s 12 10 40 48" % image for image in images])
    points = "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x rightmouth_y"
    for name in ("list_landmarks_celeba.txt", "list_landmarks_align_celeba.txt"):
        tree.lines("celeba/" + name,
                   [str(len(images)), points] + ["%s 24 26 40 26 32 36 26 44 38 44" % image for image in images])
    for person in range(7201, 7207):
        for number in range(1, 7):
            tree.image("celeba/%d/%d.jpg" % (person, number))


def landmarks68(tree):
    """68 points within each image, as 300-W has them."""
    draw = random.Random(1)
    for number in range(24):
        tree.image("landmarks68/afw/%d.jpg" % number)
        points = ["%.3f %.3f" % (draw.uniform(8, 56), draw.uniform(8, 56)) for _ in range(68)]
        tree.lines("landmarks68/afw/%d.pts" % number, ["version: 1", "n_points: 68", "{"] + points + ["}"])


def models(tree):
    """Files that begin with nothing that gives them away as a page, a pointer or an archive."""
    for name in ("face_detection_yunet_2022mar.onnx", "opencv_face_detector_uint8.pb", "opencv_face_detector.pbtxt",
                 "det1.caffemodel", "det1.prototxt", "det2.caffemodel", "det2.prototxt", "det3.caffemodel",
                 "det3.prototxt", "mobilefacenet_foamliu_clipattr.onnx", "dpm_frontal.xml", "dpm_left.xml",
                 "dpm_right.xml"):
        tree.write("models/" + name, b"\x08\x07 no model\n")


def web(tree):
    """What the first two stages of the paper's data set begin with."""
    names = ["Eve Poe", "Gus Kay", "Ida Lux", "Ann Lee 0"]
    sexes = ["female", "male", "female", "female"]
    tree.lines("web/lists/imdb.csv", ["name,sex"] + ["%s,%s" % both for both in zip(names, sexes)])
    tree.lines("web/facts.csv", ["name,sex,born"] + ["%s,%s,1970" % both for both in zip(names, sexes)])
    tree.lines("web/exclude/lfw.txt", ["Ann Lee 0"])
    for engine in ("google", "bing"):
        answers = []
        for name in names:
            for query in (name, name + " actor"):
                hits = ", ".join('{"url": "http://example.com/%s/%d.jpg"}' % (query.replace(" ", "_"), rank)
                                 for rank in range(3))
                answers.append('{"engine": "%s", "query": "%s", "results": [%s]}' % (engine, query, hits))
        tree.lines("web/engines/%s.jsonl" % engine, answers)


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    tree = Tree(sys.argv[1])
    for part in (lfw, ytf, vggface, celeba, landmarks68, models, web):
        part(tree)


if __name__ == "__main__":
    main()
